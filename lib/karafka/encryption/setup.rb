# frozen_string_literal: true

module Karafka
  module Encryption
    # Puts both sides where messages pass, and takes them away again.
    module Setup
      # What `:envelope` needs beside this gem, as in the original.
      OPENSSL = "3.0"
      # One line a boot, for apps that come from the original with this mode.
      NOTICE = "Encryption seals envelopes in a format of karafka-native's own (docs/envelope.md). Records " \
               "that another implementation sealed need `config.encryption.envelope.foreign_decoder`."
      private_constant :OPENSSL, :NOTICE

      class << self
        # @param config [Core::Configurable::Node] of the app
        # @param middleware [Middleware, nil] nil removes what an earlier setup put there
        # @param decryption [Decryption, nil]
        # @return [nil]
        def call(config, middleware, decryption)
          check_envelope(config) if middleware && config.encryption.mode == :envelope
          produce(config, middleware)
          consume(config.internal.messages, decryption)
        end

        private

        def check_envelope(config)
          require "openssl"
          found = ::OpenSSL::VERSION
          if Gem::Version.new(found) < Gem::Version.new(OPENSSL)
            raise Karafka::Errors::DependencyConstraintsError,
                  "encryption.mode :envelope needs the gem openssl #{OPENSSL} or later, found #{found}"
          end
          config.logger.warn(NOTICE) unless config.encryption.envelope.foreign_decoder
        end

        def produce(config, middleware)
          return replace(config.producer.middleware, middleware) if config.producer.respond_to?(:middleware)
          return unless middleware

          raise Karafka::Errors::UnsupportedOptionError,
                "encryption needs a producer with a middleware, which #{config.producer.class} lacks"
        end

        # A middleware of the app's own gets the stage at its end.
        def replace(stages, middleware)
          return stages.last = middleware if stages.respond_to?(:last=)

          stages.append(middleware) if middleware
        end

        def consume(messages, decryption)
          inner = messages.parser
          inner = inner.inner if inner.is_a?(Parser)
          messages.parser = decryption ? Parser.new(decryption, inner) : inner
          Messages::Message.parser = nil
        end
      end
    end
  end
end
