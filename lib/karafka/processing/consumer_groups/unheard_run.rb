# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # A run that nobody is told of, in one step. An executor does here what its job would have its consumer
      # do around `consume`, hook by hook and event by event, where none of these hooks is the app's and
      # nobody listens to these events.
      module UnheardRun
        # What a batch meets in a consumer around `consume`, and whose it should be.
        OURS = {
          "messages=": BaseConsumer, wrap: BaseConsumer, on_before_schedule_consume: Lifecycle,
          on_wrap: Lifecycle, on_before_consume: Lifecycle, on_consume: Lifecycle,
          on_after_consume: Lifecycle
        }.freeze
        private_constant :OURS

        # @return [Boolean] a batch becomes one job, and nothing of the app's has a say in it but `consume`
        def plain?
          return @plain unless @plain.nil?

          @plain = @persistent && !coordinator.lanes? && !coordinator.long_running? && !topic.filtering? &&
                   !topic.inline_insights.required? &&
                   OURS.all? { |name, owner| @consumer.method(name).owner == owner }
        end

        # On the worker.
        #
        # @param batch [Native::Batch]
        # @param scheduled_at [Integer] ns since the epoch
        def run_unheard(batch, scheduled_at)
          began = ::Process.clock_gettime(::Process::CLOCK_MONOTONIC, :float_millisecond)
          coordinator = @coordinator
          now = ::Process.clock_gettime(::Process::CLOCK_REALTIME, :nanosecond)
          @consumer.on_handed_over(
            Karafka::Messages::Messages.new(batch.routed(coordinator.topic), scheduled_at, now)
          )
          state = coordinator.state
          state.enter_run
          # Revoked while it waited for a worker: nobody may start on it.
          succeeded = consume_unheard if (begun = state.begin_lane)
        ensure
          took = ::Process.clock_gettime(::Process::CLOCK_MONOTONIC, :float_millisecond) - began
          coordinator.durations.add(took, batch.size)
          succeeded ? succeeded_unheard : @consumer.on_broken_consume(begun)
        end

        private

        # @return [Boolean] whatever ends it otherwise is a failure
        def consume_unheard
          @consumer.__send__(:consume)
          true
        rescue Exception => e # rubocop:disable Lint/RescueException
          @consumer.on_failed_consume(e)
          false
        end

        def succeeded_unheard
          effect = coordinator.state.end_lane(:succeeded)
          return if effect.nil? && coordinator.errors_tracker.empty?

          @consumer.on_ended_consume(effect)
        end
      end
    end
  end
end
