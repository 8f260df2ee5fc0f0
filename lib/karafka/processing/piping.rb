# frozen_string_literal: true

module Karafka
  module Processing
    # Forwarding of consumed messages, for consumers: payload, key and headers as they are in Kafka, with
    # headers that say where they came from. Through the consumer's `producer`, so a pipe within
    # `transaction` is part of it. Nothing is marked.
    #
    # A consumer may define `enhance_pipe_message(pipe_message, message)`, which changes the outgoing Hash in
    # place.
    module Piping
      # @param topic [String, Symbol]
      # @param message [Messages::Message]
      # @return [Rdkafka::Producer::DeliveryHandle]
      # @raise [Errors::MessageClearedError] its payload was given back
      # @raise (see WaterDrop::Producer::Async#produce_async)
      def pipe_async(topic:, message:)
        produce_async(karafka_piped(topic, message))
      end

      # @param topic [String, Symbol]
      # @param message [Messages::Message]
      # @return [Rdkafka::Producer::DeliveryReport]
      # @raise [Errors::MessageClearedError] its payload was given back
      # @raise (see WaterDrop::Producer::Sync#produce_sync)
      def pipe_sync(topic:, message:)
        produce_sync(karafka_piped(topic, message))
      end

      # @param topic [String, Symbol]
      # @param messages [Array<Messages::Message>, Messages::Messages]
      # @return [Array<Rdkafka::Producer::DeliveryHandle>]
      # @raise [Errors::MessageClearedError] one's payload was given back; none is sent
      # @raise (see WaterDrop::Producer::Async#produce_many_async)
      def pipe_many_async(topic:, messages:)
        outgoing = messages.map { |message| karafka_piped(topic, message) }
        outgoing.empty? ? [] : produce_many_async(outgoing)
      end

      # @param topic [String, Symbol]
      # @param messages [Array<Messages::Message>, Messages::Messages]
      # @return [Array<Rdkafka::Producer::DeliveryHandle>] delivered
      # @raise [Errors::MessageClearedError] one's payload was given back; none is sent
      # @raise (see WaterDrop::Producer::Sync#produce_many_sync)
      def pipe_many_sync(topic:, messages:)
        outgoing = messages.map { |message| karafka_piped(topic, message) }
        outgoing.empty? ? [] : produce_many_sync(outgoing)
      end

      private

      # A key keeps its order; without one, what was in one partition goes to one partition.
      def karafka_piped(topic, message)
        forwarding = Encryption::Forwarding.new(message)
        fields = forwarding.fields
        key = message.raw_key
        place = key.to_s.empty? ? { partition_key: message.partition.to_s } : { key: }
        headers = fields[:headers].merge(Origin.headers(message, self.topic.consumer_group.id))
        outgoing = { topic:, payload: fields[:payload], headers:, **place }
        enhance_pipe_message(outgoing, message) if respond_to?(:enhance_pipe_message, true)
        forwarding.finish(outgoing)
      end
    end
  end
end
