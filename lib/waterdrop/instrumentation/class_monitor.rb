# frozen_string_literal: true

module WaterDrop
  module Instrumentation
    # `WaterDrop.monitor`.
    class ClassMonitor < Karafka::Core::Monitoring::Monitor
      # @param notifications_bus [ClassNotifications, Object]
      # @param namespace [String, nil] appended to ids as `id.namespace`
      def initialize(notifications_bus = ClassNotifications.new, namespace = nil)
        super
      end
    end
  end
end
