# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # Does what the engine decided after a run, and tells it how that went, until nothing is left. On the
      # worker that ended the run.
      class Conclusion
        # @param consumer [BaseConsumer]
        # @param effect [Array, nil] as `Native::Partition#end_lane` answers
        def self.follow(consumer, effect)
          new(consumer).follow(effect) if effect
          coordinator = consumer.coordinator
          # The listener would find out that the partition may go on only at the end of its poll.
          consumer.client.wake if coordinator.long_running? && coordinator.attached?
        end

        # @param consumer [BaseConsumer]
        def initialize(consumer)
          @consumer = consumer
          @state = consumer.coordinator.state
        end

        # @param effect [Array] as `Native::Partition#end_lane` answers
        def follow(effect)
          effect = public_send(*effect) while effect
        end

        # The run is repeated.
        #
        # @param offset [Integer, nil] nil: where a seek has gone
        # @param timeout [Integer] ms
        # @return [nil]
        def retry(offset, timeout)
          rest(offset, timeout)
          tell(
            "consumer.consuming.retry",
            topic: @consumer.topic.name, partition: @consumer.partition,
            offset:, timeout:, attempt: @consumer.coordinator.attempt
          )
        end

        # The partition rests.
        #
        # @param (see #retry)
        # @return [nil]
        def rest(offset, timeout)
          @consumer.__send__(:pause, offset, timeout, false)
        end

        # @return [Array, nil] what follows from the answer of the user's strategy
        # @raise [Errors::UnsupportedCaseError] it answered nonsense
        def ask_strategy
          @state.conclude(dead_letter.ask_strategy, nil)
        end

        # The run's last message is marked, where marks go through transactions.
        #
        # @param offset [Integer]
        # @return [Array, nil] what follows
        def complete(offset)
          @state.conclude(mark(offset) ? :marked : :mark_refused, nil)
        end

        # @return [Array, nil] what follows from what filters want
        # @raise [Errors::UnsupportedCaseError] one of them wants nonsense
        def ask_filters
          @state.answer_filters(filters.wishes)
        end

        # What filters want is marked, where marks go through transactions.
        #
        # @param offset [Integer]
        # @return [Array, nil] what follows
        def pass(offset)
          @state.conclude(mark(offset) ? :passed : :mark_refused, nil)
        end

        # What filters wanted marked is committed.
        #
        # @return [Array, nil] what follows
        def commit
          @state.conclude(@consumer.commit_offsets! ? :passed : :mark_refused, nil)
        end

        # Reading goes on where filters want it.
        #
        # @param offset [Integer]
        # @return [Array, nil] what follows
        def seek(offset)
          @consumer.__send__(:seek, offset, false, reset_offset: false)
          tell("filtering.seek", message: filters.cursor_at(offset))
          @state.conclude(:sought, nil)
        end

        # The partition rests because filters want it.
        #
        # @param offset [Integer, nil] nil: behind the batch
        # @param timeout [Integer] ms
        # @return [nil]
        def throttle(offset, timeout)
          rest(offset, timeout)
          tell("filtering.throttled", message: filters.cursor_at(offset), timeout:) if offset
        end

        # A message is given up.
        #
        # @return [Array, nil] what follows
        def give_up(from, attempts, dispatch, mark)
          @state.conclude(*dead_letter.give_up(from, attempts, dispatch, mark))
        end

        private

        def filters
          @consumer.coordinator.filters
        end

        def mark(offset)
          place = Messages::Seek.new(@consumer.topic.name, @consumer.partition, offset)
          @consumer.mark_as_consumed(place)
        end

        # @return [nil]
        def tell(event, **payload)
          Karafka.monitor.instrument(event, caller: @consumer, **payload)
          nil
        end

        def dead_letter
          @dead_letter ||= DeadLetter.new(@consumer)
        end
      end
    end
  end
end
