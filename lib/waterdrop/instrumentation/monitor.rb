# frozen_string_literal: true

module WaterDrop
  module Instrumentation
    # What a producer publishes through. Takes any bus with `instrument` and `subscribe`, such as
    # ActiveSupport::Notifications.
    class Monitor < Karafka::Core::Monitoring::Monitor
      STATISTICS = "statistics.emitted"
      private_constant :STATISTICS

      # @param notifications_bus [Notifications, Object]
      # @param namespace [String, nil] appended to ids as `id.namespace`
      def initialize(notifications_bus = Notifications.new, namespace = nil)
        super
        @statistics_frozen = false
      end

      # @see Karafka::Core::Monitoring::Notifications#subscribe
      # @raise [Errors::StatisticsNotEnabledError] statistics were off when the client was built
      def subscribe(event_id_or_listener, &block)
        refuse_statistics(event_id_or_listener, block) if @statistics_frozen
        super
      end

      # From now on nobody may subscribe to statistics, as they would never come.
      def freeze_statistics_listeners!
        @statistics_frozen = true
      end

      # @param event_id [String]
      # @return [Boolean] somebody listens; true for buses that do not say
      def listened?(event_id)
        name = @namespace ? full_name(event_id) : event_id
        return @notifications_bus.listened?(name) if @notifications_bus.is_a?(Notifications)
        return true unless @notifications_bus.respond_to?(:listeners)

        listeners = @notifications_bus.listeners
        !listeners.is_a?(Hash) || listeners.fetch(name, [true]).any?
      end

      # @return [Karafka::Native::Switch] on while somebody listens to `message.acknowledged`
      def acknowledged_switch
        plain = @notifications_bus.is_a?(Notifications) && @namespace.nil?
        plain ? @notifications_bus.acknowledged : Karafka::Native::Switch.new(true)
      end

      # @return [Notifications, nil] to publish ready events on; nil if this monitor does more than that
      def plain_bus
        @notifications_bus if dispatched_switch
      end

      # @return [Karafka::Native::Switch, nil] on while somebody listens to asynchronous dispatches;
      #   nil if this monitor does more than publish, as those of tracers do
      def dispatched_switch
        plain = instance_of?(Monitor) && @notifications_bus.instance_of?(Notifications) && @namespace.nil?
        @notifications_bus.dispatched if plain
      end

      private

      def refuse_statistics(listener, block)
        wanted = block ? listener.to_s == STATISTICS : listener.respond_to?(:on_statistics_emitted)
        return unless wanted

        raise Errors::StatisticsNotEnabledError,
              "statistics are off: set statistics.interval.ms and subscribe before the producer connects"
      end
    end
  end
end
