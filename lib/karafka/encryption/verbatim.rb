# frozen_string_literal: true

module Karafka
  module Encryption
    # A payload that the producer sends as it is: ciphertext on its way to another topic, or records of the
    # framework's own. The mark is the object's class, so it cannot come from outside, and is lost with any
    # change to the bytes: what was changed is encrypted.
    class Verbatim < String
      # @param bytes [String]
      def initialize(bytes)
        super
        freeze
      end

      # @return [String] not marked
      def dup
        String.new(self)
      end
      alias +@ dup

      # @return [String] not marked, unless it stays frozen
      def clone(freeze: true)
        freeze ? self : dup
      end
    end
  end
end
