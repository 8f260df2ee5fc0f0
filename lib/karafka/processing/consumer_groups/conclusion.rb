# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # Does what the engine decided after a run, and tells it how that went, until nothing is left. On the
      # worker that ended the run.
      class Conclusion
        # @param consumer [BaseConsumer]
        def initialize(consumer)
          @consumer = consumer
          @state = consumer.coordinator.state
        end

        # @param effect [Array, nil] as `Native::Partition#end_lane` answers
        def follow(effect)
          effect = public_send(*effect) while effect
          # The listener would find out that the partition may go on only at the end of its poll.
          @consumer.client.wake if @consumer.topic.long_running_job? && @consumer.coordinator.attached?
        end

        # The run is repeated.
        #
        # @param offset [Integer, nil] nil: where a seek has gone
        # @param timeout [Integer] ms
        # @return [nil]
        def retry(offset, timeout)
          rest(offset, timeout)
          Karafka.monitor.instrument(
            "consumer.consuming.retry",
            caller: @consumer, topic: @consumer.topic.name, partition: @consumer.partition,
            offset:, timeout:, attempt: @consumer.coordinator.attempt
          )
          nil
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
          last = Messages::Seek.new(@consumer.topic.name, @consumer.partition, offset)
          @state.conclude(@consumer.mark_as_consumed(last) ? :marked : :mark_refused, nil)
        end

        # A message is given up.
        #
        # @return [Array, nil] what follows
        def give_up(from, attempts, dispatch, mark)
          @state.conclude(*dead_letter.give_up(from, attempts, dispatch, mark))
        end

        private

        def dead_letter
          @dead_letter ||= DeadLetter.new(@consumer)
        end
      end
    end
  end
end
