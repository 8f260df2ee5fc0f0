# frozen_string_literal: true

module Karafka
  module Native
    module Partitioners
      # What native partitioners share. Immutable; threads: any.
      class Base
        # @return [Extractor] the same key, for the engine
        attr_reader :extractor

        # @param extractor [Extractor]
        def initialize(extractor)
          @extractor = extractor
          freeze
        end

        # @param divisor [Integer] 1 or more
        # @return [Modulo] the remainder of this key
        def modulo(divisor)
          Modulo.new(self, divisor)
        end

        # @return [String] without what it is made of
        def inspect
          "#<#{self.class.name}>"
        end
      end
    end
  end
end
