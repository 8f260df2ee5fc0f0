# frozen_string_literal: true

require "forwardable"

module Karafka
  module Instrumentation
    module Vendors
      module Datadog
        # Sends metrics through a dogstatsd client.
        #
        #   listener = MetricsListener.new { |config| config.client = Datadog::Statsd.new }
        #   Karafka.monitor.subscribe(listener)
        #
        # Each call gets the full name, the value and `{ tags: [...] }` as a plain Hash.
        class MetricsListener
          include Core::Configurable
          extend Forwardable

          RdKafkaMetric = Datadog::RdKafkaMetric
          MODES = %i[histogram distribution].freeze
          private_constant :MODES

          # Answers `count`, `gauge`, `histogram` and `distribution`.
          setting :client
          setting :namespace, default: "karafka"
          # Strings, `key:value`, on everything.
          setting :default_tags, default: []
          # How spreads of values are sent: `:histogram` or `:distribution`.
          setting :distribution_mode, default: :histogram
          # Which figures of the client's statistics are sent.
          setting :rd_kafka_metrics, default: DEFAULT_METRICS

          def_delegators :config, :client, :rd_kafka_metrics, :namespace, :default_tags, :distribution_mode

          # @yieldparam config [Core::Configurable::Node]
          def initialize(&block)
            setup(&block) if block
          end

          # May be called again.
          #
          # @yieldparam config [Core::Configurable::Node]
          def setup(&block)
            configure(&block)
          end

          # @param event [Core::Monitoring::Event]
          # @raise [ArgumentError] a metric has an unknown scope
          # @raise [KeyError] a figure of the root does not exist
          def on_statistics_emitted(event)
            reported = ReportedStatistics.new(event[:statistics])
            group = "consumer_group:#{event[:consumer_group_id]}"
            rd_kafka_metrics.each { |metric| report(metric, reported, group) }
          end

          # @param event [Core::Monitoring::Event]
          def on_error_occurred(event)
            consumer = event.payload[:caller]
            extra = consumer.respond_to?(:messages) ? consumer_tags(consumer) : []
            count("error_occurred", 1, tags: [*default_tags, "type:#{event[:type]}", *extra])
          end

          # @param event [Core::Monitoring::Event]
          def on_connection_listener_fetch_loop_received(event)
            tags = [*default_tags, "consumer_group:#{event[:subscription_group].consumer_group_id}"]
            histogram("listener.polling.time_taken", event[:time], tags:)
            histogram("listener.polling.messages", event[:messages_buffer].size, tags:)
          end

          # @param event [Core::Monitoring::Event]
          def on_consumer_consumed(event)
            batch = event[:caller].messages.metadata
            tags = [*default_tags, *consumer_tags(event[:caller])]
            count("consumer.messages", batch.size, tags:)
            count("consumer.batches", 1, tags:)
            gauge("consumer.offset", batch.last_offset, tags:)
            histogram("consumer.consumed.time_taken", event[:time], tags:)
            histogram("consumer.batch_size", batch.size, tags:)
            histogram("consumer.processing_lag", batch.processing_lag, tags:)
            histogram("consumer.consumption_lag", batch.consumption_lag, tags:)
          end

          { revoked: "revoked", shutdown: "shutdown", ticked: "tick" }.each do |ended, name|
            define_method(:"on_consumer_#{ended}") do |event|
              count("consumer.#{name}", 1, tags: [*default_tags, *consumer_tags(event[:caller])])
            end
          end

          # @param event [Core::Monitoring::Event]
          def on_worker_process(event)
            jobs = event[:jobs_queue].statistics
            gauge("worker.total_threads", Karafka::App.config.concurrency, tags: default_tags)
            histogram("worker.processing", jobs[:busy], tags: default_tags)
            histogram("worker.enqueued_jobs", jobs[:enqueued], tags: default_tags)
          end

          # @param event [Core::Monitoring::Event]
          def on_worker_processed(event)
            histogram("worker.processing", event[:jobs_queue].statistics[:busy], tags: default_tags)
          end

          # Handed to the client under the full name.
          %i[count gauge increment decrement].each do |type|
            define_method(type) { |key, *args| client.public_send(type, full_name(key), *args) }
          end

          private

          # @raise [ArgumentError] `distribution_mode` is neither
          def histogram(key, *args)
            mode = distribution_mode
            raise ArgumentError, "distribution_mode #{mode.inspect}: use :histogram or :distribution" unless
              MODES.include?(mode)

            client.public_send(mode, full_name(key), *args)
          end

          def full_name(key)
            "#{namespace}.#{key}"
          end

          def report(metric, reported, group)
            case metric.scope
            when :root then send_metric(metric, reported.root(metric.key_location), [group])
            when :brokers then report_brokers(metric, reported, group)
            when :topics then report_partitions(metric, reported, group)
            else raise ArgumentError, "#{metric.name}: scope #{metric.scope.inspect} is not known"
            end
          end

          def report_brokers(metric, reported, group)
            reported.each_broker do |broker|
              value = broker.dig(*metric.key_location)
              send_metric(metric, value, ["broker:#{broker["nodename"]}", group])
            end
          end

          def report_partitions(metric, reported, group)
            reported.each_topic do |topic|
              reported.each_partition(topic) do |partition, figures|
                tags = ["topic:#{topic}", "partition:#{partition}", group]
                send_metric(metric, figures.dig(*metric.key_location), tags)
              end
            end
          end

          # A figure that this broker or partition does not have is left out.
          def send_metric(metric, value, tags)
            return if value.nil?

            __send__(metric.type, metric.name, value, tags: [*default_tags, *tags])
          end

          # Before its first batch a consumer may have none of these.
          def consumer_tags(consumer)
            topic = consumer.topic
            ["topic:#{topic.name}", "partition:#{consumer.partition}", "consumer_group:#{topic.group.id}"]
          rescue NoMethodError
            []
          end
        end
      end
    end
  end
end
