# frozen_string_literal: true

require "json"

module Karafka
  module ScheduledMessages
    # Tells, in the same partition of the states topic, how far one partition is (key `state`) and how many
    # messages wait in it a day (key `daily`). Values are JSON. A report that fails is told as an error and
    # stops nothing.
    class States
      # @param consumer [Consumer]
      def initialize(consumer)
        @consumer = consumer
      end

      # @param state [String] `fresh`, `loading`, `loaded` or `stopped`
      def tell(state)
        report("state", state:)
      end

      # Once for each change.
      #
      # @param counts [Hash{String => Integer}] per UTC day
      def tell_counts(counts)
        return if counts == @counts

        @counts = counts
        report("daily", daily: counts)
      end

      private

      def report(key, **told)
        payload = { schema_version: SCHEMA_VERSION, topic: @consumer.topic.name, partition:,
                    reported_at: Time.now.to_f.round(3), **told }
        topic = "#{@consumer.topic.name}#{App.config.scheduled_messages.states_suffix}"
        @consumer.producer.produce_async(topic:, partition:, key:, payload: JSON.generate(payload))
      rescue WaterDrop::Errors::BaseError, Rdkafka::RdkafkaError => e
        Karafka.monitor.instrument(
          "error.occurred", caller: @consumer, error: e, type: "scheduled_messages.states.error"
        )
      end

      def partition
        @consumer.partition
      end
    end
  end
end
