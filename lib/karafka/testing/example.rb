# frozen_string_literal: true

module Karafka
  module Testing
    # What an example of either framework does for `karafka`. The framework's own module answers
    # `_karafka_consumer_messages`, `_karafka_consumer_client`, `_karafka_producer_client`, and which
    # consumers the example names itself (`_karafka_named_consumers`, `_karafka_default_topic`).
    module Example
      # Builds the consumer of a topic.
      #
      # @param requested_topic [String, Symbol]
      # @param requested_consumer_group [String, Symbol, nil] needed where several groups have the topic
      # @return [BaseConsumer] a new one each time
      # @raise [Errors::ConsumerGroupNotFoundError, Errors::TopicNotFoundError,
      #   Errors::TopicInManyConsumerGroupsError]
      def _karafka_consumer_for(requested_topic, requested_consumer_group = nil)
        topic = Helpers.find_topic(requested_topic, requested_consumer_group)
        consumer = BuiltConsumer.call(topic, _karafka_consumer_client)
        place = [topic.consumer_group.name, topic.name]
        @_karafka_consumers.delete(place)
        @_karafka_consumers[place] = consumer
      end

      # Dispatches a message with the app's producer. It joins the batch of the consumer that it is for.
      #
      # @param payload [String, nil] nil for a tombstone
      # @param metadata [Hash{Symbol => Object}] what the message has beside its payload; `offset:` is
      #   that of the message in its batch. Never changed.
      # @return [Rdkafka::Producer::DeliveryReport]
      # @raise [WaterDrop::Errors::MessageInvalidError]
      def _karafka_produce(payload, metadata = {})
        message = metadata.merge(payload:)
        message[:topic] ||= _karafka_default_topic
        offset = message.delete(:offset)
        _karafka_producer_client.at_offset(offset) { ::Karafka.producer.produce_sync(message) }
      end

      # As {#_karafka_produce}, to the topic and for the group of a consumer.
      #
      # @param consumer_instance [BaseConsumer]
      # @return [Rdkafka::Producer::DeliveryReport]
      def _karafka_produce_to(consumer_instance, payload, metadata = {})
        topic = consumer_instance.topic
        group = topic.consumer_group
        _karafka_produce(payload, metadata.merge(topic: topic.name, consumer_group: group.name))
      end

      # @return [Array<Hash>] what was dispatched in this example and not rolled back
      def _karafka_produced_messages
        _karafka_producer_client.messages
      end

      # Called for each message that is dispatched.
      #
      # @param message [Hash] with the `offset:` that `produce` was given, if any
      def _karafka_add_message_to_consumer_if_needed(message)
        consumer = _karafka_target(message)
        return unless consumer && @_karafka_delivery.for?(message, consumer)

        @_karafka_delivery.call(message, consumer)
      end

      private

      # Before each example.
      def _karafka_start
        _karafka_consumer_messages.clear
        _karafka_producer_client.reset
        # Group and topic => consumer, the newest last.
        @_karafka_consumers = {}
        @_karafka_delivery = Delivery.new(_karafka_consumer_messages)
      end

      # The first one decides: a message that is not for it is for nobody.
      #
      # @return [BaseConsumer, nil]
      def _karafka_target(message)
        _karafka_consumer_of_group(message) ||
          _karafka_named_consumers.find { |one| BuiltConsumer.built?(one) } ||
          _karafka_only_consumer(message[:topic])
      end

      def _karafka_consumer_of_group(message)
        return if message[:consumer_group].to_s.empty?

        @_karafka_consumers.each_value.find { |consumer| @_karafka_delivery.for?(message, consumer) }
      end

      def _karafka_only_consumer(topic_name)
        consumers = @_karafka_consumers.values
        consumers.select! { |consumer| consumer.topic.name == topic_name.to_s }
        consumers.first if consumers.size == 1
      end
    end
  end
end
