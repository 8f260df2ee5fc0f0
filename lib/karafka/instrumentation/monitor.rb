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
    end
  end
end
