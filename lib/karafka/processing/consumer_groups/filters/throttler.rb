# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      module Filters
        # Lets at most `limit` messages of a partition through in any `interval`, by the monotonic clock.
        # Messages that come again count again.
        class Throttler < Withholder
          include Core::Helpers::Time

          # @param limit [Integer] messages
          # @param interval [Integer] ms
          def initialize(limit, interval)
            super()
            @limit = limit
            @interval = interval
            # [ms, messages], the oldest first: what was let through at one time.
            @admitted = []
            @count = 0
          end

          # @param messages [Array<Messages::Message>]
          def apply!(messages)
            now = monotonic_now
            forget(now)
            withhold(messages, @limit - @count)
            return if messages.empty?

            @admitted << [now, messages.size]
            @count += messages.size
          end

          private

          def time_left = (@admitted.first.first + @interval - monotonic_now).ceil

          # An admission exactly an interval ago does not count any more.
          def forget(now)
            @count -= @admitted.shift.last while @admitted.any? && now - @admitted.first.first >= @interval
          end
        end
      end
    end
  end
end
