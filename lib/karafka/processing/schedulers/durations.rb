# frozen_string_literal: true

module Karafka
  module Processing
    module Schedulers
      # How long messages of one assigned partition took lately, for a scheduler's guess at the next batch.
      # Belongs to the partition's coordinator, so it ends with the assignment. One sample a run; threads:
      # workers add, listeners ask.
      class Durations
        # Samples that count.
        SIZE = 100
        # What is guessed: longer than this share of the samples.
        SHARE = 0.95
        private_constant :SIZE, :SHARE

        def initialize
          @mutex = Mutex.new
          @samples = []
          @oldest = 0
          @p95 = nil
        end

        # @param milliseconds [Numeric] that a run took
        # @param messages [Integer] that it had; nothing is learnt from none
        def add(milliseconds, messages)
          return if messages.zero?

          @mutex.synchronize do
            @samples[@oldest] = milliseconds / messages.to_f
            @oldest = (@oldest + 1) % SIZE
            @p95 = nil
          end
        end

        # @return [Float, nil] 95th percentile, ms a message; nil while nothing is known
        def p95
          @mutex.synchronize { @p95 ||= @samples.empty? ? nil : nearest_rank }
        end

        private

        def nearest_rank
          @samples.sort[(SHARE * @samples.size).ceil - 1]
        end
      end
    end
  end
end
