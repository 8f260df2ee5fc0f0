# frozen_string_literal: true

module Karafka
  # Payloads encrypted at rest (`config.encryption`): the app's producer seals what it sends, consumers
  # open what they are asked for. Keys and headers of messages stay clear. docs/encryption.md says what
  # this protects against and how keys are rotated, docs/envelope.md how the bytes look.
  #
  # Also known as `Karafka::Pro::Encryption`.
  module Encryption
    autoload :Contract, "karafka/encryption/contract"
    autoload :Decryption, "karafka/encryption/decryption"
    autoload :Errors, "karafka/encryption/errors"
    autoload :Forwarding, "karafka/encryption/forwarding"
    autoload :Middleware, "karafka/encryption/middleware"
    autoload :Origins, "karafka/encryption/origins"
    autoload :Parser, "karafka/encryption/parser"
    autoload :Setup, "karafka/encryption/setup"
    autoload :Verbatim, "karafka/encryption/verbatim"

    # Key version; its presence says that the payload is encrypted.
    VERSION_HEADER = "encryption"
    # Digest of the plaintext.
    FINGERPRINT_HEADER = "encryption_fingerprint"
    # Says that the payload is an envelope. For people; nothing relies on it.
    ENVELOPE_HEADER = "encryption_envelope"
    # All of them: never taken over from a message that is encrypted anew.
    HEADERS = [VERSION_HEADER, FINGERPRINT_HEADER, ENVELOPE_HEADER].freeze

    class << self
      # @return [Middleware, nil] the stage that encrypts, for producers other than the app's
      #   (`producer_config.middleware.last = Karafka::Pro::Encryption.middleware`); nil unless active
      attr_reader :middleware
      # @return [Decryption, nil] nil unless active
      attr_reader :decryption

      # Makes the next envelope start a new data key. Any thread; nothing to do in direct mode.
      #
      # @return [nil]
      def rotate_data_key!
        @middleware&.rotate
      end

      # @return [Boolean] `config.encryption.active` of the last setup
      def active?
        !@middleware.nil?
      end

      # At the end of each setup: builds or removes both sides.
      #
      # @param config [Core::Configurable::Node] of the app
      # @return [nil]
      def call(config)
        settings = config.encryption
        @middleware = settings.active ? Middleware.new(settings) : nil
        @decryption = settings.active ? Decryption.new(settings) : nil
        Setup.call(config, @middleware, @decryption)
      end
    end
  end
end
