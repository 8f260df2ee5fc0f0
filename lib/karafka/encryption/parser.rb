# frozen_string_literal: true

module Karafka
  module Encryption
    # Decrypts before the parser that was there. In place of `config.internal.messages.parser`.
    class Parser
      # @return [#call] what makes an object of the plaintext
      attr_reader :inner

      # @param decryption [Decryption]
      # @param inner [#call]
      def initialize(decryption, inner)
        @decryption = decryption
        @inner = inner
      end

      # @param message [Messages::Message]
      # @return [Object] what the topic's payload deserializer makes of the plaintext
      # @raise [Errors::BaseError] the payload cannot be opened
      def call(message)
        @decryption.call(message) unless message.decrypted?
        @inner.call(message)
      end

      # One value of the payload (`message.payload_at`).
      #
      # @param message [Messages::Message]
      # @param pointer [String] JSON pointer (RFC 6901)
      # @return [Object, nil]
      # @raise [Errors::BaseError] the payload cannot be opened
      def call_at(message, pointer)
        @decryption.call(message) unless message.decrypted?
        return @inner.call_at(message, pointer) if @inner.respond_to?(:call_at)

        Messages::Pointer.read(message.payload, pointer)
      end
    end
  end
end
