# frozen_string_literal: true

module Karafka
  module Testing
    # Puts what was produced into the batch of a consumer.
    class Delivery
      # @param batch [Array<Messages::Message>] the example's, behind each batch
      def initialize(batch)
        @batch = batch
        @delivered = 0
      end

      # @param message [Hash] as it was produced; its offset is the number of messages delivered so far
      #   unless it brings one
      # @param consumer [BaseConsumer]
      def call(message, consumer)
        @batch << received(message, consumer.topic)
        @delivered += 1
        consumer.messages = ::Karafka::Messages::Messages.new(
          @batch,
          ::Karafka::Messages::Builders::BatchMetadata.call(
            @batch, consumer.topic, BuiltConsumer::PARTITION, Time.now
          )
        )
      end

      # @param message [Hash] as it was produced
      # @param consumer [BaseConsumer]
      # @return [Boolean] it is for this consumer
      def for?(message, consumer)
        group = message[:consumer_group]
        consumer.topic.name == message[:topic].to_s &&
          (group.to_s.empty? || consumer.topic.consumer_group.name == group.to_s)
      end

      private

      def received(message, topic)
        metadata = ::Karafka::Messages::Metadata.new(
          topic: topic.name, partition: partition(message[:partition]),
          offset: message[:offset] || @delivered,
          timestamp: time(message[:timestamp]), received_at: message[:received_at] || Time.now,
          raw_key: message[:key], raw_headers: message[:headers] || {},
          deserializers: message[:deserializers] || topic.deserializers
        )
        ::Karafka::Messages::Message.new(message[:payload], metadata).tap { |one| metadata.message = one }
      end

      # -1 leaves the choice to the client, and there is one partition.
      def partition(number)
        number.nil? || number.negative? ? BuiltConsumer::PARTITION : number
      end

      # @param given [Integer, Time, nil] Integers are milliseconds
      def time(given)
        given.is_a?(Integer) ? Time.at(0, given, :millisecond) : given || Time.now
      end
    end
  end
end
