# frozen_string_literal: true

module Karafka
  module Native
    module Partitioners
      # The remainder of another key: of an Integer itself, of everything else the byte sum of its text.
      # Made by {Base#modulo}.
      class Modulo < Base
        # @param inner [Base]
        # @param divisor [Integer] 1 or more
        # @raise [ArgumentError] another divisor, or a partitioner of the app
        def initialize(inner, divisor)
          unless Partitioners.native?(inner)
            raise ArgumentError, "needs a native partitioner, not #{inner.inspect}"
          end
          unless divisor.is_a?(Integer) && divisor.between?(1, (1 << 63) - 1)
            raise ArgumentError, "divisor must be an Integer above 0, not #{divisor.inspect}"
          end

          @inner = inner
          @divisor = divisor
          super(inner.extractor.modulo(divisor))
        end

        # @param message [Messages::Message]
        # @return [Integer] 0 up to, not including, the divisor
        def call(message)
          key = @inner.call(message)
          (key.is_a?(Integer) ? key : key.to_s.sum) % @divisor
        end
      end
    end
  end
end
