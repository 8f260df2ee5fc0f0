# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      module Filters
        # Holds messages back until they are old enough, and everything behind them, so that none is passed
        # over. May be late, never early. Ages go by the records' timestamps and the wall clock; a message
        # without a timestamp is not delayed.
        class Delayer < Withholder
          # @param delay [Integer] ms
          def initialize(delay)
            super()
            @delay = delay
          end

          # @param messages [Array<Messages::Message>]
          def apply!(messages)
            now = Filters.wall_now
            withhold(messages, messages.index { |message| remaining(message, now).positive? })
          end

          private

          def time_left = remaining(cursor, Filters.wall_now)

          # Both times are whole milliseconds, rounded down: of the present it makes a message younger.
          def remaining(message, now)
            timestamp = message.timestamp
            timestamp ? (timestamp.to_i * 1_000) + (timestamp.usec / 1_000) + @delay - now : 0
          end
        end
      end
    end
  end
end
