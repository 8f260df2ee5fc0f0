# frozen_string_literal: true

module Karafka
  module Setup
    # `App.debug!`: one switch for all loggers and clients.
    class Debugging
      # @param config [Core::Configurable::Node]
      # @param contexts [String] librdkafka's `debug` property
      def initialize(config, contexts)
        @config = config
        @contexts = contexts
      end

      # Clients that are connected already keep their settings.
      def enable
        @config.logger.level = ::Logger::DEBUG
        @config.kafka = debugging(@config.kafka)
        enable_producer if @config.producer
        App.routes.each { |group| enable_group(group) }
        nil
      end

      private

      def enable_producer
        producer_config = @config.producer.config
        producer_config.logger.level = ::Logger::DEBUG
        if producer_config.kafka.frozen?
          producer_config.kafka = debugging(producer_config.kafka)
        else
          producer_config.kafka[:debug] = @contexts
        end
      end

      def enable_group(group)
        group.topics.each { |topic| topic.kafka = debugging(topic.kafka) }
        # Settings of a connection were derived from the topic's when the group was drawn.
        group.subscription_groups.each(&:refresh)
      end

      # Apps share and freeze their hashes.
      def debugging(kafka)
        kafka.merge(debug: @contexts)
      end
    end
  end
end
