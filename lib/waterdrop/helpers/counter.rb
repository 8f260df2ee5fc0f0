# frozen_string_literal: true

module WaterDrop
  module Helpers
    # A number that threads may change at once.
    class Counter
      # @return [Integer]
      attr_reader :value

      def initialize
        @value = 0
        @mutex = Mutex.new
      end

      def increment
        @mutex.synchronize { @value += 1 }
      end

      def decrement
        @mutex.synchronize { @value -= 1 }
      end
    end
  end
end
