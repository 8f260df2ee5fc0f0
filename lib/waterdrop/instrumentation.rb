# frozen_string_literal: true

module WaterDrop
  # Events and those who listen.
  module Instrumentation
    autoload :Acknowledgement, "waterdrop/instrumentation/acknowledgement"
    autoload :ClassMonitor, "waterdrop/instrumentation/class_monitor"
    autoload :ClassNotifications, "waterdrop/instrumentation/class_notifications"
    autoload :IdleDisconnectorListener, "waterdrop/instrumentation/idle_disconnector_listener"
    autoload :LoggerListener, "waterdrop/instrumentation/logger_listener"
    autoload :Monitor, "waterdrop/instrumentation/monitor"
    autoload :Notifications, "waterdrop/instrumentation/notifications"
  end
end
