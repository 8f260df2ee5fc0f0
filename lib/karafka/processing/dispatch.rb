# frozen_string_literal: true

module Karafka
  module Processing
    # Turns what a poll brought into jobs, and keeps the executors of assigned partitions. Runs on the
    # listener thread.
    class Dispatch
      # @param subscription_group [Routing::SubscriptionGroup]
      # @param client [Connection::Client]
      # @param coordinators [CoordinatorsBuffer]
      # @param jobs_queue [JobsQueue]
      # @param scheduler [Schedulers::Base]
      def initialize(subscription_group, client, coordinators, jobs_queue, scheduler)
        @subscription_group = subscription_group
        @client = client
        @coordinators = coordinators
        @jobs_queue = jobs_queue
        @scheduler = scheduler
        @executors = Executors.new(subscription_group, client)
        @periodic_partitions = PeriodicPartitions.new(subscription_group, client, coordinators)
        @jobs_builder = App.config.internal.processing.consumer_groups.jobs_builder
        @fan_out = ConsumerGroups::FanOut.new(subscription_group)
      end

      # Jobs for partitions that went since the last poll. Their instances end with them.
      #
      # @return [Boolean] there were such partitions
      def revoked
        rebalances = @client.rebalance_manager
        return false unless rebalances.changed?

        @periodic_partitions.changed
        lost = rebalances.revoked_partitions
        return false if lost.empty?

        executors = lost.flat_map do |topic, partitions|
          partitions.flat_map do |partition|
            @executors.delete(@coordinators.revoke(topic, partition))
          end
        end
        rebalances.clear
        schedule(:revocation, executors) { |executor| @jobs_builder.revoked(executor) }
        true
      end

      # Jobs for what a poll brought, partitions in the order of their first message.
      #
      # @param buffer [Connection::MessagesBuffer]
      def received(buffer)
        consume = []
        idle = []
        eofed = []
        buffer.each do |topic, partition, batch, eof|
          coordinator = @coordinators.find_or_create(topic, partition)
          next end_reached(eofed, coordinator) unless batch

          idle << executor(coordinator, 0) if share_out(consume, coordinator, batch, eof)&.zero?
        end
        schedule(:idle, idle) { |executor| @jobs_builder.idle(executor) } unless idle.empty?
        @jobs_queue.deferring { @scheduler.on_schedule_consumption(consume) } unless consume.empty?
        schedule(:eofed, eofed) { |executor| @jobs_builder.eofed(executor) } unless eofed.empty?
      end

      # Jobs for periodic partitions at which nothing was at work for long enough. Once a poll, when all that
      # it brought is scheduled.
      def due_ticks
        executors = @periodic_partitions.due.flat_map { |one| @executors.of(one) }
        schedule(:periodic, executors) { |executor| @jobs_builder.periodic(executor) }
      end

      # One last job for each instance. Whatever the group takes away later is nobody's here any more.
      def shutdown
        schedule(:shutdown, @executors.clear) { |executor| @jobs_builder.shutdown(executor) }
      end

      # Lets the scheduler act while jobs run.
      def manage
        @scheduler.on_manage
      end

      # Forgets jobs and instances, without a word to them: the connection starts anew.
      def clear
        @jobs_queue.clear(@subscription_group.id)
        @scheduler.on_clear(@subscription_group.id)
      ensure
        @coordinators.clear
        @executors.clear
        @periodic_partitions.changed
      end

      private

      # @return [Integer, nil] jobs that the batch became; nil when it comes again
      def share_out(jobs, coordinator, batch, eof)
        return hold(coordinator, batch) unless begin?(coordinator, batch, eof)
        return share_out_to_lanes(jobs, coordinator, batch) if coordinator.lanes?

        left = filtered(coordinator, batch)
        return 0 unless left.equal?(batch) || left.size.positive?

        jobs << consume(executor(coordinator, 0), left)
        1
      end

      def share_out_to_lanes(jobs, coordinator, batch)
        shares = over_lanes(coordinator, batch)
        shares.each { |executor, messages| jobs << consume(executor, messages) }
        shares.size
      end

      # What the topic's filters leave.
      def filtered(coordinator, batch)
        coordinator.topic.filtering? ? coordinator.filters.call(batch, coordinator.state) : batch
      end

      def consume(executor, messages)
        job = @jobs_builder.consume(
          executor, Messages::Builders::Messages.call(messages, executor.topic, executor.partition)
        )
        job.before_schedule
        job
      end

      # What lanes have done in an earlier run is not worked on again.
      def over_lanes(coordinator, batch)
        state = coordinator.state
        done = state.done_in_batch
        batch = batch.exclude(done) unless done.empty?
        batch = filtered(coordinator, batch)
        shares = []
        unless batch.size.zero?
          @fan_out.call(coordinator.topic.name, batch, coordinator) do |lane, messages|
            shares << [executor(coordinator, lane), messages]
          end
        end
        state.register(shares.map { |executor, messages| [executor.lane, offsets(messages)] })
        shares
      end

      def offsets(messages)
        messages.is_a?(Native::Batch) ? messages.offsets : messages.map(&:offset)
      end

      # @return [Boolean] false: statistics are missing yet, or a job of an earlier assignment still works
      def begin?(coordinator, batch, eof)
        !InlineInsights.hold?(coordinator.topic, coordinator.partition) &&
          coordinator.state.begin_batch(batch.first_offset, batch.last_offset, eof)
      end

      # The batch comes again: nothing was begun, so attempts and position stay as they are.
      def hold(coordinator, batch)
        timeout = coordinator.state.pause(App.config.internal.tick_interval, false)
        @client.pause(coordinator.topic.name, coordinator.partition, batch.first_offset, timeout)
        nil
      end

      def end_reached(executors, coordinator)
        coordinator.state.end_reached
        executors.concat(@executors.of(coordinator)) if coordinator.topic.eofed?
      end

      def executor(coordinator, lane)
        @executors.find_or_create(coordinator, lane)
      end

      def schedule(kind, executors, &block)
        return if executors.empty?

        jobs = executors.map(&block)
        jobs.each(&:before_schedule)
        @scheduler.public_send(:"on_schedule_#{kind}", jobs)
      end
    end
  end
end
