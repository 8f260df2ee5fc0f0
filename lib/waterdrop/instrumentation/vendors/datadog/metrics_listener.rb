# frozen_string_literal: true

require "waterdrop"

module WaterDrop
  module Instrumentation
    # Listeners for products of others.
    module Vendors
      # Metrics for Datadog.
      module Datadog
        # Publishes counters and gauges of producers through a statsd client:
        #
        #   listener = WaterDrop::Instrumentation::Vendors::Datadog::MetricsListener.new do |config|
        #     config.client = Datadog::Statsd.new("localhost", 8125)
        #   end
        #   producer.monitor.subscribe(listener)
        class MetricsListener
          include Karafka::Core::Configurable

          # One value of librdkafka's statistics and the metric that it becomes.
          #
          # - `type`: method of the client: `:count`, `:gauge` or `:histogram`
          # - `scope`: `:root`, `:brokers` or `:topics`
          # - `name`: of the metric, without namespace
          # - `key_location`: keys to the value, from the scope on
          RdKafkaMetric = Struct.new(:type, :scope, :name, :key_location)

          setting :namespace, default: "waterdrop"
          setting :client
          setting :default_tags, default: [].freeze
          setting :rd_kafka_metrics, default: [
            RdKafkaMetric.new(:count, :root, "calls", "tx_d"),
            RdKafkaMetric.new(:histogram, :root, "queue.size", "msg_cnt"),
            RdKafkaMetric.new(:count, :brokers, "deliver.attempts", "txretries_d"),
            RdKafkaMetric.new(:count, :brokers, "deliver.errors", "txerrs_d"),
            RdKafkaMetric.new(:count, :brokers, "receive.errors", "rxerrs_d"),
            RdKafkaMetric.new(:gauge, :brokers, "queue.latency.avg", %w[outbuf_latency avg]),
            RdKafkaMetric.new(:gauge, :brokers, "queue.latency.p95", %w[outbuf_latency p95]),
            RdKafkaMetric.new(:gauge, :brokers, "queue.latency.p99", %w[outbuf_latency p99]),
            RdKafkaMetric.new(:gauge, :brokers, "network.latency.avg", %w[rtt avg]),
            RdKafkaMetric.new(:gauge, :brokers, "network.latency.p95", %w[rtt p95]),
            RdKafkaMetric.new(:gauge, :brokers, "network.latency.p99", %w[rtt p99])
          ].freeze

          configure

          # @yieldparam config [Karafka::Core::Configurable::Node]
          def initialize(&block)
            setup(&block) if block
          end

          # @yieldparam config [Karafka::Core::Configurable::Node]
          def setup(&block)
            configure(&block)
          end

          %i[client namespace default_tags rd_kafka_metrics].each do |name|
            define_method(name) { |*| config.public_send(name) }
          end

          # @param event [Karafka::Core::Monitoring::Event]
          def on_statistics_emitted(event)
            rd_kafka_metrics.each { |metric| report_metric(metric, event[:statistics]) }
          end

          # @param _event [Karafka::Core::Monitoring::Event]
          def on_error_occurred(_event)
            count("error_occurred", 1, tags: default_tags)
          end

          # @param event [Karafka::Core::Monitoring::Event]
          def on_message_acknowledged(event)
            increment("acknowledged", tags: default_tags + ["topic:#{event[:topic]}"])
          end

          %i[produced_sync produced_async].each do |name|
            define_method(:"on_message_#{name}") { |event| report_message(event[:message], name) }
            define_method(:"on_messages_#{name}") do |event|
              event[:messages].each { |message| report_message(message, name) }
            end
          end

          %i[flushed_sync flushed_async].each do |name|
            define_method(:"on_buffer_#{name}") do |event|
              event[:messages].each { |message| report_message(message, name) }
            end
          end

          %i[message messages].each do |name|
            define_method(:"on_#{name}_buffered") do |event|
              histogram("buffer.size", event[:buffer].size, tags: default_tags)
            end
          end

          %i[count gauge histogram increment decrement].each do |name|
            define_method(name) { |key, *args| client.public_send(name, "#{namespace}.#{key}", *args) }
          end

          private

          def report_message(message, name)
            increment(name.to_s, tags: default_tags + ["topic:#{message[:topic]}"])
          end

          def report_metric(metric, statistics)
            case metric.scope
            when :root then publish(metric, statistics, default_tags)
            when :brokers then report_brokers(metric, statistics)
            when :topics then report_topics(metric, statistics)
            else raise ArgumentError, "metric scope #{metric.scope.inspect}"
            end
          end

          # A broker without id is an address that nobody connected to yet.
          def report_brokers(metric, statistics)
            statistics["brokers"].each_value do |broker|
              next if broker["nodeid"] == -1

              publish(metric, broker, default_tags + ["broker:#{broker["nodename"]}"])
            end
          end

          def report_topics(metric, statistics)
            statistics["topics"].each do |name, topic|
              publish(metric, topic, default_tags + ["topic:#{name}"])
            end
          end

          def publish(metric, values, tags)
            value = values.dig(*Array(metric.key_location))
            public_send(metric.type, metric.name, value, { tags: }) if value
          end
        end
      end
    end
  end
end
