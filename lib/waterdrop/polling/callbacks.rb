# frozen_string_literal: true

require "json"

module WaterDrop
  module Polling
    # What one client has to say, turned into events of its producer. Whatever a listener raises here
    # becomes an event itself: the thread goes on, and every delivery is released.
    class Callbacks
      # Codes of messages that were purged.
      PURGED = { -152 => true, -151 => true }.freeze
      # Syslog levels of librdkafka to those of Logger.
      SEVERITIES = [4, 4, 4, 3, 2, 1, 1, 0].freeze
      private_constant :PURGED, :SEVERITIES

      # @return [Producer]
      attr_reader :producer
      # @return [Boolean] beginning and end are told by events
      attr_reader :announced

      # @param producer [Producer]
      # @param client [Karafka::Native::Producer]
      # @param announced [Boolean]
      def initialize(producer, client, announced: false)
        @announced = announced
        @producer = producer
        @client = client
        @monitor = producer.monitor
        @decorator = producer.config.statistics_decorator
      end

      # @param happening [Array] kind and values, as `Karafka::Native::Poller#poll` gives it
      def handle(happening)
        process(*happening)
      end

      private

      def process(kind, *values)
        case kind
        when :delivered then delivered(*values)
        when :awaited then values.first.each { |id| ::Rdkafka::AbstractHandle.wake(id) }
        when :statistics then contained("statistics") { statistics(*values) }
        when :error then contained("error") { error(*values) }
        when :token_refresh then contained("oauthbearer_token_refresh") { token_refresh }
        when :log then log(*values)
        end
      end

      def delivered(deliveries)
        bus = @monitor.plain_bus if @monitor.respond_to?(:plain_bus)
        bus && deliveries.plain? ? told_alike(deliveries, bus) : told_apart(deliveries)
      ensure
        deliveries.release_all.each { |id| ::Rdkafka::AbstractHandle.wake(id) }
      end

      # Where all were delivered.
      def told_alike(deliveries, bus)
        bus.acknowledge(deliveries, @producer)
      rescue Exception => e # rubocop:disable Lint/RescueException
        report(e, "callbacks.delivery.error")
        retry # with the event after it
      end

      # With failures or labels among them.
      def told_apart(deliveries)
        deliveries.rows.each_with_index do |(topic, partition, offset, code, id, rooted), index|
          label = @client.take_label(id) if rooted
          contained("delivery") do
            report = ::Rdkafka::Producer::DeliveryReport.new(partition, offset, topic, code, label)
            code.zero? ? acknowledged(report) : failed(report, deliveries.broker_message(index))
          end
        ensure
          ::Rdkafka::AbstractHandle.wake(id) if deliveries.release(index)
        end
      end

      def acknowledged(report)
        @monitor.instrument("message.acknowledged", payload(report))
      end

      def failed(report, broker_message)
        purged = PURGED.key?(report.error) && @producer.transactional?
        @monitor.instrument(
          purged ? "message.purged" : "error.occurred",
          payload(report).merge(
            error: ::Rdkafka::RdkafkaError.new(report.error, broker_message:),
            type: "librdkafka.dispatch_error"
          )
        )
      end

      def payload(report)
        {
          caller: @producer, producer_id: @producer.id, offset: report.offset,
          partition: report.partition, topic: report.topic_name, delivery_report: report,
          label: report.label
        }
      end

      def statistics(json)
        statistics = JSON.parse(json)
        learn_partition_counts(statistics)
        @monitor.instrument(
          "statistics.emitted", producer_id: @producer.id, statistics: @decorator.call(statistics).freeze
        )
      end

      def learn_partition_counts(statistics)
        statistics.fetch("topics", {}).each do |name, topic|
          count = topic.fetch("partitions", {}).keys.count { |partition| partition != "-1" }
          @client.learn_partition_count(name, count) if count.positive?
        end
      end

      def error(error)
        @monitor.instrument(
          "error.occurred", caller: @producer, producer_id: @producer.id, error:, type: "librdkafka.error"
        )
      end

      # librdkafka asks again only once it was answered.
      def token_refresh
        bearer = TokenBearer.new(@client)
        @monitor.instrument("oauthbearer.token_refresh", bearer:, caller: @producer)
      ensure
        bearer.oauthbearer_set_token_failure("no listener gave a token") unless bearer.answered?
      end

      def log(level, facility, message)
        ::Rdkafka::Config.logger.add(SEVERITIES.fetch(level, 1)) { "rdkafka: #{facility}: #{message}" }
      end

      # Whatever it is: a failed assertion, `NotImplementedError` and `exit` are no StandardErrors, and would
      # end the thread for all its producers.
      def contained(callback)
        yield
      rescue Exception => e # rubocop:disable Lint/RescueException
        report(e, "callbacks.#{callback}.error")
      end

      def report(error, type)
        @monitor.instrument("error.occurred", caller: @producer, producer_id: @producer.id, error:, type:)
      rescue Exception => e # rubocop:disable Lint/RescueException
        ::Rdkafka::Config.logger.error("Error in a listener of #{type}: #{e.class}: #{e.message}")
      end
    end
  end
end
