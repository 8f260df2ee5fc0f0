# frozen_string_literal: true

module Karafka
  # The event bus of the framework and the listeners that come with it.
  module Instrumentation
    autoload :AssignmentsTracker, "karafka/instrumentation/assignments_tracker"
    autoload :Callbacks, "karafka/instrumentation/callbacks"
    autoload :CriticalErrorsListener, "karafka/instrumentation/critical_errors_listener"
    autoload :Logger, "karafka/instrumentation/logger"
    autoload :LoggerListener, "karafka/instrumentation/logger_listener"
    autoload :Monitor, "karafka/instrumentation/monitor"
    autoload :Notifications, "karafka/instrumentation/notifications"
    autoload :ProctitleListener, "karafka/instrumentation/proctitle_listener"
    autoload :Vendors, "karafka/instrumentation/vendors"
  end
end
