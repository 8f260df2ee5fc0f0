# frozen_string_literal: true

require "socket"

module Karafka
  module Instrumentation
    module Vendors
      module Appsignal
        # Sends metrics, and makes each run of a consumer a transaction.
        class MetricsListener < Base
          RdKafkaMetric = Appsignal::RdKafkaMetric
          CONSUMER_ERROR = /\Aconsumer\..+\.error\z/
          private_constant :CONSUMER_ERROR

          # Before the names, with `_`.
          setting :namespace, default: "karafka"
          # Sends. Anything that answers as {Client} does.
          setting :client, constructor: -> { Client.new(namespace_name: nil) }
          # Which figures of the client's statistics are sent.
          setting :rd_kafka_metrics, default: DEFAULT_METRICS
          # Figures that are sent once a topic, added up.
          setting :aggregated_rd_kafka_metrics, default: AGGREGATED_METRICS

          def_delegators :config, :client, :rd_kafka_metrics, :aggregated_rd_kafka_metrics, :namespace

          # @param event [Core::Monitoring::Event]
          def on_consumer_consume(event)
            consumer = event[:caller]
            start_transaction(consumer, "consume")
            batch = consumer.messages.metadata
            client.metadata = {
              batch_size: batch.size, first_offset: batch.first_offset, last_offset: batch.last_offset,
              consumer_group: consumer.topic.group.id, topic: consumer.topic.name,
              partition: consumer.partition, attempt: consumer.__send__(:attempt)
            }
          end

          # @param event [Core::Monitoring::Event]
          def on_consumer_consumed(event)
            consumer = event[:caller]
            batch = consumer.messages.metadata
            each_resolution(consumer) do |tags|
              count("consumer_messages", batch.size, tags)
              count("consumer_batches", 1, tags)
              gauge("consumer_offsets", batch.last_offset, tags)
            end
            client.stop_transaction
          end

          # Names of events before and after each other method, and of its transaction.
          {
            revoke: %i[revoked revoked], shutting_down: %i[shutdown shutdown],
            tick: %i[ticked tick], eof: %i[eofed eofed]
          }.each do |starting, (ended, action)|
            define_method(:"on_consumer_#{starting}") { |event| start_transaction(event[:caller], action) }
            define_method(:"on_consumer_#{ended}") { |_event| client.stop_transaction }
          end

          # Ends the transaction of whatever failed, which will not see its own end.
          #
          # @param event [Core::Monitoring::Event]
          def on_error_occurred(event)
            client.stop_transaction
            return unless CONSUMER_ERROR.match?(event[:type])

            each_resolution(event[:caller]) { |tags| count("consumer_errors", 1, tags) }
          end

          # @param event [Core::Monitoring::Event]
          def on_dead_letter_queue_dispatched(event)
            each_resolution(event[:caller]) { |tags| count("consumer_dead", 1, tags) }
          end

          # @param event [Core::Monitoring::Event]
          # @raise [ArgumentError] a metric has an unknown scope
          # @raise [KeyError] a figure of the root does not exist
          def on_statistics_emitted(event)
            statistics = event[:statistics]
            group_id = event[:consumer_group_id]
            rd_kafka_metrics.each { |metric| report_metric(metric, statistics, group_id) }
            report_aggregated_topics_metrics(statistics, group_id)
          end

          # Registers the probe; once.
          #
          # @param _event [Core::Monitoring::Event]
          def on_app_running(_event)
            return if @probed

            @probed = true
            client.register_probe(:karafka, -> { probe })
          end

          # @param metric [RdKafkaMetric]
          # @param statistics [Hash{String => Object}] decorated
          # @param group_id [String]
          def report_metric(metric, statistics, group_id)
            reported = ReportedStatistics.new(statistics)
            case metric.scope
            when :root then send_metric(metric, reported.root(metric.key_location), {})
            when :brokers then report_brokers(metric, reported)
            when :topics then report_partitions(metric, reported, group_id)
            else raise ArgumentError, "#{metric.name}: scope #{metric.scope.inspect} is not known"
            end
          end

          # 0 for a topic as long as no lag of it is known.
          #
          # @param statistics [Hash{String => Object}] decorated
          # @param group_id [String]
          def report_aggregated_topics_metrics(statistics, group_id)
            reported = ReportedStatistics.new(statistics)
            aggregated_rd_kafka_metrics.each do |metric|
              reported.each_topic do |topic|
                sum = 0
                reported.each_partition(topic) { |_, figures| sum += figures.dig(*metric.key_location) || 0 }
                send_metric(metric, sum, { consumer_group: group_id, topic: })
              end
            end
          end

          # Handed to the client under the full name.
          def count(key, value, tags)
            client.count("#{namespace}_#{key}", value, tags)
          end

          # Handed to the client under the full name.
          def gauge(key, value, tags)
            client.gauge("#{namespace}_#{key}", value, tags)
          end

          private

          def start_transaction(consumer, action)
            client.start_transaction("#{consumer.class}##{action}")
          end

          # Once for the topic and once for the partition.
          def each_resolution(consumer)
            tags = { consumer_group: consumer.topic.group.id, topic: consumer.topic.name }
            yield(tags)
            yield(tags.merge(partition: consumer.partition))
          end

          def report_brokers(metric, reported)
            reported.each_broker do |broker|
              send_metric(metric, broker.dig(*metric.key_location), { broker: broker["nodename"] })
            end
          end

          def report_partitions(metric, reported, group_id)
            reported.each_topic do |topic|
              reported.each_partition(topic) do |partition, figures|
                tags = { consumer_group: group_id, topic:, partition: }
                send_metric(metric, figures.dig(*metric.key_location), tags)
              end
            end
          end

          # A figure that this broker or partition does not have is left out.
          def send_metric(metric, value, tags)
            public_send(metric.type, metric.name, value, tags) unless value.nil?
          end

          def probe
            tags = { hostname: Socket.gethostname }
            gauge("processes_count", 1, tags)
            gauge("threads_count", Karafka::App.config.concurrency, tags)
          end
        end
      end
    end
  end
end
