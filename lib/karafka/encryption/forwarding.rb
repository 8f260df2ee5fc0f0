# frozen_string_literal: true

module Karafka
  module Encryption
    # A consumed message on its way to another topic: dead letters, pipes, schedules. Plaintext is encrypted
    # anew, ciphertext travels as it is; an envelope, which is bound to its topic, is sealed anew if it opens.
    #
    #   forwarding = Karafka::Encryption::Forwarding.new(message)
    #   dispatched = forwarding.finish(enhance(forwarding.fields.merge(topic: "dead")))
    class Forwarding
      MAGIC = "KNE1"
      private_constant :MAGIC

      # @param message [Messages::Message] consumed; not changed
      # @param sealed [Boolean] an envelope travels as it is, too
      def initialize(message, sealed: false)
        @message = message
        @raw = message.raw_payload
        @encrypted = Encryption.active? && !message.decrypted? && !@raw.nil? &&
                     message.raw_headers.key?(VERSION_HEADER)
        @plain = !sealed && @encrypted && @raw.start_with?(MAGIC) ? opened : nil
      end

      # @return [Hash{Symbol => Object}] `payload:` and `headers:` for a producer
      def fields
        return { payload: @plain, headers: clear_headers } if @plain
        return { payload: Verbatim.new(@raw), headers: @message.raw_headers } if @encrypted

        { payload: @raw, headers: @message.decrypted? ? clear_headers : @message.raw_headers }
      end

      # After hooks of the app: the very bytes of the record stay ciphertext, anything else is plaintext.
      #
      # @param outgoing [Hash]
      # @return [Hash]
      def finish(outgoing)
        payload = outgoing[:payload]
        return outgoing if !@encrypted || @plain || payload.is_a?(Verbatim)

        payload == @raw ? outgoing.merge(payload: Verbatim.new(@raw)) : outgoing
      end

      private

      def clear_headers
        @message.raw_headers.except(*HEADERS)
      end

      # On a copy: whoever reads the message later still finds what was sent.
      def opened
        copy = @message.dup
        Encryption.decryption.call(copy) ? copy.raw_payload : nil
      rescue Errors::BaseError
        nil
      end
    end
  end
end
