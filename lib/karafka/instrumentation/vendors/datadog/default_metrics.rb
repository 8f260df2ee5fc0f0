# frozen_string_literal: true

module Karafka
  module Instrumentation
    module Vendors
      module Datadog
        # One figure of the client's statistics and how it is sent. `scope` is `:root`, `:brokers` or
        # `:topics` (each partition); `key_location` a key or, below the root, a path of keys.
        RdKafkaMetric = Struct.new(:type, :scope, :name, :key_location)

        # Statistics that are sent unless the app says otherwise.
        DEFAULT_METRICS = [
          [:count, :root, "messages.consumed", "rxmsgs_d"],
          [:count, :root, "messages.consumed.bytes", "rxmsg_bytes"],
          [:count, :brokers, "consume.attempts", "txretries_d"],
          [:count, :brokers, "consume.errors", "txerrs_d"],
          [:count, :brokers, "receive.errors", "rxerrs_d"],
          [:count, :brokers, "connection.connects", "connects_d"],
          [:count, :brokers, "connection.disconnects", "disconnects_d"],
          [:gauge, :brokers, "network.latency.avg", %w[rtt avg]],
          [:gauge, :brokers, "network.latency.p95", %w[rtt p95]],
          [:gauge, :brokers, "network.latency.p99", %w[rtt p99]],
          [:gauge, :topics, "consumer.lags", "consumer_lag_stored"],
          [:gauge, :topics, "consumer.lags_delta", "consumer_lag_stored_d"]
        ].map { |metric| RdKafkaMetric.new(*metric).freeze }.freeze
      end
    end
  end
end
