# frozen_string_literal: true

module Karafka
  module Encryption
    # The producer's side: the last stage of the middleware, after every other one and before validation.
    # Any thread.
    class Middleware
      # @param settings [Core::Configurable::Node] `config.encryption`
      def initialize(settings)
        envelope = settings.envelope
        @version = settings.version.dup.freeze
        @envelope = settings.mode == :envelope
        @fingerprinter = settings.fingerprinter
        @sealer = Native::Sealer.new(settings.public_key, @version, envelope.max_messages, envelope.max_age)
      end

      # @param message [Hash]
      # @return [Hash] a copy with ciphertext; the message itself where there is nothing to encrypt, or
      #   where validation will refuse it
      # @raise [Errors::PayloadTooLargeError]
      def call(message)
        payload = message[:payload]
        headers = message[:headers] || {}
        return message if !payload.is_a?(String) || payload.is_a?(Verbatim)
        return message unless headers.is_a?(Hash)

        topic = message[:topic].to_s
        return message if topic.empty?

        message.merge(payload: seal(topic, payload), headers: fresh(headers, payload))
      end

      # The next envelope starts a new data key.
      #
      # @return [nil]
      def rotate
        @sealer.rotate
        nil
      end

      # @return [String] names no key
      def inspect
        "#<#{self.class.name} version=#{@version.inspect} mode=#{@envelope ? :envelope : :direct}>"
      end

      private

      def seal(topic, payload)
        @envelope ? @sealer.seal(topic, payload) : @sealer.encrypt(payload)
      end

      def fresh(headers, payload)
        kept = headers.except(*HEADERS)
        kept[VERSION_HEADER] = @version
        kept[ENVELOPE_HEADER] = "1" if @envelope
        kept[FINGERPRINT_HEADER] = @fingerprinter.hexdigest(payload) if @fingerprinter
        kept
      end
    end
  end
end
