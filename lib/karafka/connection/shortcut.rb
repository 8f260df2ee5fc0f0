# frozen_string_literal: true

module Karafka
  module Connection
    # Whether batches of a subscription group may go from its connection straight to the workers, past the
    # Ruby code of its listener: while nobody listens to that, and all that would run is ours, it would do
    # nothing but hand them over. Listener thread.
    class Shortcut
      # @param subscription_group [Routing::SubscriptionGroup]
      # @param jobs_queue [Processing::JobsQueue]
      # @param scheduler [Processing::Schedulers::Base]
      def initialize(subscription_group, jobs_queue, scheduler)
        @subscription_group = subscription_group
        @jobs_queue = jobs_queue
        @ours = ours?(scheduler)
        @taken = false
      end

      # @return [Array, nil] what `Native::Connection#poll_past_listener` needs to know of the way; nil while
      #   batches go by the listener
      def way
        return if !@taken || ticks?

        heard = Karafka.monitor.batches_heard if Karafka.monitor.respond_to?(:batches_heard)
        [@jobs_queue.native, @subscription_group.id, heard] if heard && !heard.on?
      end

      # The executor has got a batch of its partition by the listener: the next ones may come to it directly.
      #
      # @param executor [Processing::ConsumerGroups::Executor]
      def open_for(executor)
        return unless @ours && executor.plain?

        executor.coordinator.state.take_seat(@jobs_queue.seats.take(executor))
        @taken = true
      end

      # @param executor [Processing::ConsumerGroups::Executor] its partition is not ours any more
      def close_for(executor)
        @jobs_queue.seats.leave(executor) if @taken
      end

      private

      # Whether a tick is due is asked by the listener, after each poll.
      def ticks?
        @subscription_group.topics.any?(&:periodic_job?)
      end

      def ours?(scheduler)
        settings = App.config.internal.processing.consumer_groups
        groups = Processing::ConsumerGroups
        scheduler.instance_of?(Processing::Schedulers::Default) &&
          @jobs_queue.instance_of?(Processing::JobsQueue) &&
          settings.jobs_builder.instance_of?(groups::JobsBuilder) &&
          settings.executor_class == groups::Executor && settings.coordinator_class == groups::Coordinator
      end
    end
  end
end
