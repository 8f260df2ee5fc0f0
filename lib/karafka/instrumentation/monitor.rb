# frozen_string_literal: true

module Karafka
  module Instrumentation
    # The monitor of the app (`Karafka.monitor`). Tracers subclass it, see the superclass.
    class Monitor < Core::Monitoring::Monitor
      # @param notifications_bus [Core::Monitoring::Notifications]
      # @param namespace [String, nil]
      def initialize(notifications_bus = Notifications.new, namespace = nil)
        super
      end

      # @return [Native::Switch, nil] on while somebody listens to what listeners say of each batch; nil if
      #   this monitor does more than publish, as those of tracers do
      def batches_heard
        plain = instance_of?(Monitor) && @notifications_bus.instance_of?(Notifications) && @namespace.nil? &&
                method(:instrument).owner == Core::Monitoring::Monitor
        @notifications_bus.batches_heard if plain
      end
    end
  end
end
