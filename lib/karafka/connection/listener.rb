# frozen_string_literal: true

module Karafka
  module Connection
    # The fetch loop of one subscription group, on a thread of its own: polls, makes jobs, waits for
    # them. It dies of nothing: whatever is raised is told, and the loop starts again after a rest.
    class Listener
      include Core::Helpers::Time
      include OwnThread

      # Slice of waits that a stop must end, seconds.
      STEP = 0.05
      private_constant :STEP

      # @return [String] hex
      attr_reader :id
      # @return [Routing::SubscriptionGroup]
      attr_reader :subscription_group
      # @return [Processing::CoordinatorsBuffer]
      attr_reader :coordinators

      Status::STATES.each do |state, transition|
        define_method(:"#{state}?") { @status.public_send(:"#{state}?") }
        define_method(transition) { @status.public_send(transition) }
      end

      # @param subscription_group [Routing::SubscriptionGroup]
      # @param jobs_queue [Processing::JobsQueue]
      # @param scheduler [Processing::Schedulers::Base]
      def initialize(subscription_group, jobs_queue, scheduler)
        @id = SecureRandom.hex(6)
        @subscription_group = subscription_group
        @jobs_queue = jobs_queue
        @jobs_queue.register(subscription_group.id)
        @client = Client.new(subscription_group)
        @coordinators = Processing::CoordinatorsBuffer.new(subscription_group.topics, @client)
        @dispatch = Processing::Dispatch.new(subscription_group, @client, @coordinators, jobs_queue,
                                             scheduler)
        @tick_interval = App.config.internal.tick_interval
        @ticked = 0
        @status = Status.new
        # Of every turn of the loop, so it is made once.
        @payload = { caller: self, client: @client, subscription_group: }.freeze
        @received = { **@payload, messages_buffer: @client.buffer }.freeze
      end

      # Starts the thread; nothing while one lives. A stopped listener begins anew.
      def start!
        return if alive?

        @status.pending! if stopped?
        @status.start!
        async_call("karafka.listener##{@subscription_group.id}",
                   App.config.internal.connection.listener_thread_priority)
      end

      # Finish current work, then run shutdown hooks. Ends a poll in progress.
      def quiet!
        @status.quiet!
        @client.wake
      end

      # Leave the group.
      def stop!
        @status.stop!
        @client.wake
      end

      # The whole life of the thread.
      def call
        @client.open
        instrument("connection.listener.before_fetch_loop")
        @status.running!
        until_told_otherwise
        @status.stop!
        shutdown
        instrument("connection.listener.after_fetch_loop")
      end

      # Closes the client. From the listener's thread, or from the one that forces a stop.
      def shutdown
        @client.stop
        @status.stopped!
      end

      # @return [Boolean] has, or will have, a thread at work
      def active?
        @status.active?
      end

      # @return [Boolean] its thread ended before it was done
      def dead?
        active? && !@thread.nil? && !alive?
      end

      # @return [Boolean] it takes no work any more and its hooks ran
      def settled?
        quiet? || stopping? || stopped?
      end

      private

      def until_told_otherwise
        fetch_loop
        finish
      rescue Exception => e # rubocop:disable Lint/RescueException
        report(e)
        recover
        retry unless stopping?
      end

      def fetch_loop
        return unless running?

        @client.events_poll
        while @status.running?
          instrument("connection.listener.fetch_loop")
          tick
          resume_expired_pauses
          poll
          wait if @dispatch.revoked
          @dispatch.received(@client.buffer)
          @dispatch.due_ticks if @status.running?
          wait
        end
      end

      # The last batch is worked off, hooks run once, then the group is kept company until the stop.
      def finish
        ping_until { @jobs_queue.empty?(@subscription_group.id) }
        @dispatch.shutdown
        ping_until { @jobs_queue.empty?(@subscription_group.id) }
        @status.quieted!
        ping_until { stopping? }
      end

      def poll
        Karafka.monitor.instrument("connection.listener.fetch_loop.received", @received) do
          @client.batch_poll
        end
      end

      def resume_expired_pauses
        @client.expired_pauses.each { |topic, partition| @client.resume(topic, partition) }
      end

      # Marks reach librdkafka at least every second.
      def wait
        @jobs_queue.wait(@subscription_group.id) do
          @client.store_marks
          tick
        end
        @client.store_marks
      end

      # Serves events and the scheduler, at most once an interval, however many jobs end meanwhile.
      def tick
        return if monotonic_now - @ticked < @tick_interval

        @ticked = monotonic_now
        @client.events_poll
        @dispatch.manage
      end

      def ping_until
        until yield
          @client.ping
          @dispatch.revoked if @jobs_queue.free?(@subscription_group.id)
          @dispatch.manage
        end
      end

      # Attempts and instances are lost with the assignment; a stop ends the rest. What the scheduler
      # withholds is not waited for, as nobody lets it go any more.
      def recover
        @jobs_queue.drain(@subscription_group.id)
        contained { @dispatch.clear }
        contained { @client.reset }
        wake_up_at = monotonic_now + App.config.internal.connection.reset_backoff
        sleep(STEP) until monotonic_now > wake_up_at || App.done?
      end

      def contained
        yield
      rescue StandardError => e
        report(e)
      end

      def report(error)
        Karafka.monitor.instrument(
          "error.occurred", caller: self, error:, type: "connection.listener.fetch_loop.error"
        )
      end

      def instrument(event)
        Karafka.monitor.instrument(event, @payload)
      end
    end
  end
end
