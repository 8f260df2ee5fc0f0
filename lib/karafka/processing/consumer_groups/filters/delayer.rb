# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      module Filters
        # Holds messages back until they are old enough, and everything behind them, so that none is passed
        # over. May be late, never early. Ages go by the records' timestamps and the wall clock; a message
        # without a timestamp is not delayed.
        class Delayer < Base
          # @param delay [Integer] ms
          def initialize(delay)
            super()
            @delay = delay
          end

          # @param messages [Array<Messages::Message>]
          def apply!(messages)
            @applied = false
            @cursor = nil
            now = wall_now
            young = messages.index { |message| remaining(message, now).positive? }
            return unless young

            @applied = true
            @cursor = messages[young]
            messages.slice!(young..)
          end

          # @return [Symbol] `:pause` until the cursor is old enough, then `:seek`
          def action
            return Actions.skip unless applied?

            timeout ? Actions.pause : Actions.seek
          end

          # @return [Integer, nil] ms
          def timeout
            return unless applied?

            rest = remaining(cursor, wall_now)
            rest if rest.positive?
          end

          private

          # Both times are whole milliseconds, rounded down: of the present it makes a message younger.
          def remaining(message, now)
            timestamp = message.timestamp
            timestamp ? (timestamp.to_i * 1_000) + (timestamp.usec / 1_000) + @delay - now : 0
          end

          def wall_now
            ::Process.clock_gettime(::Process::CLOCK_REALTIME, :millisecond)
          end
        end
      end
    end
  end
end
