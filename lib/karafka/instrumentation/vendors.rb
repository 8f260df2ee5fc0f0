# frozen_string_literal: true

module Karafka
  module Instrumentation
    # Listeners for products of others. Apps load them by `require`, as each may need a client of
    # its vendor: `require "karafka/instrumentation/vendors/datadog/metrics_listener"`.
    module Vendors
      autoload :ReportedStatistics, "karafka/instrumentation/vendors/reported_statistics"

      # Health checks over HTTP.
      module Kubernetes
        autoload :BaseListener, "karafka/instrumentation/vendors/kubernetes/base_listener"
        autoload :HealthServer, "karafka/instrumentation/vendors/kubernetes/health_server"
        autoload :JoinStates, "karafka/instrumentation/vendors/kubernetes/join_states"
        autoload :LivenessListener, "karafka/instrumentation/vendors/kubernetes/liveness_listener"
        autoload :SwarmLivenessListener, "karafka/instrumentation/vendors/kubernetes/swarm_liveness_listener"
      end

      # Metrics and traces through a Datadog client that the app hands in.
      module Datadog
        autoload :DEFAULT_METRICS, "karafka/instrumentation/vendors/datadog/default_metrics"
        autoload :RdKafkaMetric, "karafka/instrumentation/vendors/datadog/default_metrics"
        autoload :LoggerListener, "karafka/instrumentation/vendors/datadog/logger_listener"
        autoload :MetricsListener, "karafka/instrumentation/vendors/datadog/metrics_listener"
      end

      # Metrics, transactions and errors through the AppSignal gem of the app.
      module Appsignal
        autoload :Base, "karafka/instrumentation/vendors/appsignal/base"
        autoload :Client, "karafka/instrumentation/vendors/appsignal/client"
        autoload :AGGREGATED_METRICS, "karafka/instrumentation/vendors/appsignal/default_metrics"
        autoload :DEFAULT_METRICS, "karafka/instrumentation/vendors/appsignal/default_metrics"
        autoload :RdKafkaMetric, "karafka/instrumentation/vendors/appsignal/default_metrics"
        autoload :ErrorsListener, "karafka/instrumentation/vendors/appsignal/errors_listener"
        autoload :MetricsListener, "karafka/instrumentation/vendors/appsignal/metrics_listener"
      end
    end
  end
end
