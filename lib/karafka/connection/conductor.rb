# frozen_string_literal: true

module Karafka
  module Connection
    # Sleep and wake-up of the main thread. A signal without a sleeper is kept, once.
    class Conductor
      # @param max_interval [Numeric] ms, longest sleep
      def initialize(max_interval = 30_000)
        @seconds = max_interval / 1_000.0
        @mutex = Mutex.new
        @changed = ConditionVariable.new
        @signalled = false
      end

      # Sleeps until {#signal}, or at most the interval.
      def wait
        @mutex.synchronize do
          @changed.wait(@mutex, @seconds) unless @signalled
          @signalled = false
        end
      end

      # Wakes the sleeper, or spares the next one its sleep. From any thread, not from a trap.
      def signal
        @mutex.synchronize do
          @signalled = true
          @changed.signal
        end
      end
    end
  end
end
