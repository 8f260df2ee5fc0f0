# frozen_string_literal: true

module WaterDrop
  module Instrumentation
    # The bus of a producer's events. Keeps switches that native code reads: whether somebody wants to
    # know of each dispatch and of each acknowledged message.
    class Notifications < Karafka::Core::Monitoring::Notifications
      # Every event of a producer.
      EVENTS = %w[
        producer.connected producer.closing producer.closed producer.disconnecting producer.disconnected
        producer.reload producer.reloaded
        message.produced_async message.produced_sync message.acknowledged message.purged message.buffered
        messages.produced_async messages.produced_sync messages.buffered
        buffer.flushed_async buffer.flushed_sync buffer.purged
        transaction.started transaction.committed transaction.aborted transaction.marked_as_consumed
        transaction.finished
        poller.producer_registered poller.producer_unregistered
        statistics.emitted error.occurred oauthbearer.token_refresh
      ].freeze
      private_constant :EVENTS

      # @return [Karafka::Native::Switch] on while `message.acknowledged` has listeners
      attr_reader :acknowledged

      # @return [Karafka::Native::Switch] on while asynchronous dispatches have listeners
      attr_reader :dispatched

      def initialize
        super
        @dispatched = Karafka::Native::Switch.new(false)
        @acknowledged = Karafka::Native::Switch.new(false)
        EVENTS.each { |event_id| register_event(event_id) }
        refresh
      end

      # @see Karafka::Core::Monitoring::Notifications#register_event
      def register_event(...)
        super.tap { refresh if @acknowledging }
      end

      # @see Karafka::Core::Monitoring::Notifications#subscribe
      def subscribe(...)
        super.tap { refresh }
      end

      # @see Karafka::Core::Monitoring::Notifications#unsubscribe
      def unsubscribe(...)
        super.tap { refresh }
      end

      # @see Karafka::Core::Monitoring::Notifications#clear
      def clear(...)
        super.tap { refresh }
      end

      # @param event_id [String]
      # @return [Boolean] somebody listens
      def listened?(event_id)
        listeners = @lists[event_id]
        !listeners.nil? && !listeners.empty?
      end

      # Publishes `message.acknowledged` for each of these. What a listener raises leaves this; a further
      # call goes on with the next event.
      #
      # @param deliveries [Karafka::Native::Deliveries] all plain
      # @param producer [Producer] whose messages they are
      def acknowledge(deliveries, producer)
        # The events come from native code straight to the listener; it stops where the listeners change.
        nil until deliveries.each_event(producer, @acknowledged, &@acknowledging)
      end

      private

      def refresh
        @acknowledging = callable("message.acknowledged")
        @acknowledged.set(listened?("message.acknowledged"))
        @dispatched.set(listened?("message.produced_async") || listened?("messages.produced_async"))
      end

      # Those who listen to an event by now, as one Proc: the listener itself where it is the only one.
      def callable(event_id)
        handler = @handlers[event_id]
        procs = @lists[event_id].map do |listener|
          listener.is_a?(Proc) ? listener : ->(event) { listener.public_send(handler, event) }
        end
        procs.size == 1 ? procs.first : ->(event) { procs.each { |one| one.call(event) } }
      end
    end
  end
end
