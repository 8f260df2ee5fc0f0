# frozen_string_literal: true

module Karafka
  module Encryption
    # The consumer's side: opens one message in place. Any thread. Reads raw headers, so deserializers of
    # headers never come between.
    class Decryption
      # @param settings [Core::Configurable::Node] `config.encryption`
      def initialize(settings)
        envelope = settings.envelope
        @private_keys = settings.private_keys
        @opener = Native::Opener.new(@private_keys, envelope.cache_size, envelope.cache_ttl)
        @origins = Origins.new(envelope.accepted_origins)
        @foreign_decoder = envelope.foreign_decoder
        @fingerprinter = settings.fingerprinter
      end

      # Puts the plaintext into `raw_payload`; leaves alone what is not encrypted.
      #
      # @param message [Messages::Message]
      # @return [Boolean] it is plaintext now, and was not before
      # @raise [Errors::BaseError] the message is as before
      def call(message)
        return false if message.decrypted?

        plain = plaintext_of(message)
        return false unless plain

        check_fingerprint(message, plain) if @fingerprinter
        message.decrypted!(plain)
        true
      end

      # @return [String] names no key
      def inspect
        "#<#{self.class.name} versions=#{@private_keys.keys.inspect}>"
      end

      private

      def plaintext_of(message)
        batch = message.native_batch
        batch ? plaintext_in_batch(message, batch) : plaintext_alone(message, [message.topic])
      rescue Errors::TopicMismatchError => e
        raise unless @origins.accept?(message.topic, e.bound_topic)

        plaintext_alone(message, [e.bound_topic])
      rescue Errors::UnsupportedFormatError
        decode_foreign(message) || raise
      end

      # With the others of its batch, where that gains or its topic asks.
      def plaintext_in_batch(message, batch)
        opened = batch.opened ||= @opener.batch(batch, @origins.accepted(message.topic))
        opened.prepare(batch.parallel_decryption == true) unless batch.parallel_decryption == false
        opened.take(message.native_index)
      end

      def plaintext_alone(message, accepted)
        headers = message.raw_headers
        version = headers[VERSION_HEADER]
        payload = message.raw_payload
        return unless version && payload

        refuse_twice(message) unless version.is_a?(String)
        place = [message.topic, message.partition, message.offset]
        @opener.open(payload, version, headers.key?(ENVELOPE_HEADER), place, accepted)
      end

      def decode_foreign(message)
        return unless @foreign_decoder

        version = message.raw_headers[VERSION_HEADER]
        @foreign_decoder.call(message.raw_payload, version, private_key(version))
      end

      def private_key(version)
        require "openssl"
        ::OpenSSL::PKey::RSA.new(@private_keys.fetch(version))
      end

      def check_fingerprint(message, plain)
        expected = message.raw_headers[FINGERPRINT_HEADER]
        return unless expected
        return if expected.is_a?(String) && Native.same?(@fingerprinter.hexdigest(plain), expected)

        raise Errors::FingerprintMismatchError,
              "the plaintext is not what was encrypted#{place_of(message)}"
      end

      def refuse_twice(message)
        raise Errors::DecryptionError,
              "the record carries its `encryption` header more than once#{place_of(message)}"
      end

      def place_of(message)
        " [#{message.topic}/#{message.partition} offset #{message.offset}]"
      end
    end
  end
end
