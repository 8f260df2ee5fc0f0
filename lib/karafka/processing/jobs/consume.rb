# frozen_string_literal: true

module Karafka
  module Processing
    module Jobs
      # A batch for the consumer's `consume`.
      class Consume < Base
        include Core::Helpers::Time

        self.action = :consume

        # @return [Messages::Messages]
        attr_reader :messages

        # @param executor [ConsumerGroups::Executor]
        # @param messages [Messages::Messages]
        def initialize(executor, messages)
          super(executor)
          @messages = messages
        end

        # (see Base#before_schedule)
        def before_schedule
          @executor.before_schedule_consume(@messages)
        end

        # The user's `consume`. How long it took is told to the scheduler's side.
        def call
          started = monotonic_now
          @executor.consume
        ensure
          @executor.coordinator.durations.add(monotonic_now - started, @messages.size)
        end

        # Counts the attempt and freezes the batch's metadata.
        def before_call
          @executor.before_consume
        end

        # Marks, pauses, retries: whatever follows from how the run ended.
        def after_call
          @concluded = true
          @executor.after_consume
        end

        # A run that its wrapper kept from beginning is concluded here, as failed: the next batch must
        # not commit past it.
        def finish!
          super
          after_call unless @concluded
        end
      end
    end
  end
end
