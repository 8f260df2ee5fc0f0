# frozen_string_literal: true

module Karafka
  module Instrumentation
    module Vendors
      module Appsignal
        # One figure of the client's statistics and how it is sent. `scope` is `:root`, `:brokers` or
        # `:topics` (each partition); `key_location` a key or, below the root, a path of keys.
        RdKafkaMetric = Struct.new(:type, :scope, :name, :key_location)

        # Statistics that are sent unless the app says otherwise.
        DEFAULT_METRICS = [
          [:count, :brokers, "requests_retries", "txretries_d"],
          [:count, :brokers, "transmission_errors", "txerrs_d"],
          [:count, :brokers, "receive_errors", "rxerrs_d"],
          [:count, :brokers, "connection_connects", "connects_d"],
          [:count, :brokers, "connection_disconnects", "disconnects_d"],
          [:gauge, :brokers, "network_latency_avg", %w[rtt avg]],
          [:gauge, :brokers, "network_latency_p95", %w[rtt p95]],
          [:gauge, :brokers, "network_latency_p99", %w[rtt p99]],
          [:gauge, :topics, "consumer_lag", "consumer_lag_stored"],
          [:gauge, :topics, "consumer_lag_delta", "consumer_lag_stored_d"]
        ].map { |metric| RdKafkaMetric.new(*metric).freeze }.freeze

        # Sent once a topic, added up over its partitions.
        AGGREGATED_METRICS = [
          RdKafkaMetric.new(:gauge, :topics, "consumer_aggregated_lag", "consumer_lag_stored").freeze
        ].freeze
      end
    end
  end
end
