# frozen_string_literal: true

module Karafka
  module Messages
    # Turns a message into its payload. Replaceable in `config.internal.messages.parser`.
    class Parser
      # @param message [Message]
      # @return [Object] what the topic's payload deserializer makes of it
      def call(message)
        message.deserializers.payload.call(message)
      end

      # One value of the payload. Deserializers that can find it without the rest do so.
      #
      # @param message [Message]
      # @param pointer [String] JSON pointer (RFC 6901)
      # @return [Object, nil]
      def call_at(message, pointer)
        deserializer = message.deserializers.payload
        return deserializer.call_at(message, pointer) if deserializer.respond_to?(:call_at)

        Pointer.read(message.payload, pointer)
      end
    end
  end
end
