# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      module Filters
        # Lets at most `limit` messages of a partition through in any `interval`, by the monotonic clock.
        # Messages that come again count again.
        class Throttler < Base
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
            @applied = false
            @cursor = nil
            now = monotonic_now
            forget(now)
            cut(messages, @limit - @count)
            return if messages.empty?

            @admitted << [now, messages.size]
            @count += messages.size
          end

          # @return [Symbol] `:pause` until a message may pass again, then `:seek`
          def action
            return Actions.skip unless applied?

            timeout ? Actions.pause : Actions.seek
          end

          # @return [Integer, nil] ms
          def timeout
            return unless applied?

            rest = @admitted.first.first + @interval - monotonic_now
            rest.ceil if rest.positive?
          end

          private

          # An admission exactly an interval ago does not count any more.
          def forget(now)
            @count -= @admitted.shift.last while @admitted.any? && now - @admitted.first.first >= @interval
          end

          def cut(messages, free)
            return unless messages.size > free

            @applied = true
            @cursor = messages[free]
            messages.slice!(free..)
          end
        end
      end
    end
  end
end
