# frozen_string_literal: true

module Karafka
  module Core
    # Synchronous publish and subscribe.
    module Monitoring
      autoload :Event, "karafka/core/monitoring/event"
      autoload :Monitor, "karafka/core/monitoring/monitor"
      autoload :Notifications, "karafka/core/monitoring/notifications"
      autoload :StatisticsDecorator, "karafka/core/monitoring/statistics_decorator"
    end
  end
end
