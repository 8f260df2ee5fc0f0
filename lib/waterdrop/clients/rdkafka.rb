# frozen_string_literal: true

module WaterDrop
  module Clients
    # Builds the client that talks to Kafka.
    module Rdkafka
      STATISTICS = "statistics.emitted"
      INTERVAL = :"statistics.interval.ms"
      private_constant :STATISTICS, :INTERVAL

      class << self
        # @param producer [Producer]
        # @return [Karafka::Native::Producer] not registered with a poller yet
        # @raise [::Rdkafka::Config::ConfigError] librdkafka refuses a setting
        def new(producer)
          Connection.open(settings(producer), switch(producer.monitor))
        end

        private

        # Statistics that nobody would see are not collected; whoever wants them later is told.
        def settings(producer)
          kafka = producer.config.kafka
          monitor = producer.monitor
          return kafka if monitor_listens?(monitor) && kafka[INTERVAL].to_i.positive?

          monitor.freeze_statistics_listeners! if monitor.respond_to?(:freeze_statistics_listeners!)
          kafka.merge(INTERVAL => 0)
        end

        def monitor_listens?(monitor)
          monitor.respond_to?(:listened?) ? monitor.listened?(STATISTICS) : true
        end

        def switch(monitor)
          return monitor.acknowledged_switch if monitor.respond_to?(:acknowledged_switch)

          Karafka::Native::Switch.new(true)
        end
      end
    end
  end
end
