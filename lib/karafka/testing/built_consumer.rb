# frozen_string_literal: true

module Karafka
  module Testing
    # A consumer as a connection builds one, around a client that is none.
    module BuiltConsumer
      # Consumers under test have one partition.
      PARTITION = 0

      class << self
        # @param topic [Routing::Topic]
        # @param client [SpecConsumerClient]
        # @return [BaseConsumer] without messages; no event was published, `initialized` not called
        def call(topic, client)
          topic.consumer.new.tap do |consumer|
            expand(consumer, topic)
            consumer.producer ||= ::Karafka::App.producer
            consumer.client = client
            consumer.coordinator = coordinator(topic)
            consumer.instance_variable_set(:@used, true)
          end
        end

        # @param object [Object]
        # @return [Boolean] a consumer that knows its topic
        def built?(object)
          object.is_a?(::Karafka::BaseConsumer) && !object.coordinator.nil?
        end

        private

        def expand(consumer, topic)
          selectors = ::Karafka::App.config.internal.processing.consumer_groups
          consumer.singleton_class.include(
            ClientOwnership,
            selectors.strategy_selector.find(topic), *selectors.expansions_selector.find(topic)
          )
        end

        def coordinator(topic)
          buffer = ::Karafka::Processing::CoordinatorsBuffer.new(::Karafka::Routing::Topics.new([topic]))
          buffer.find_or_create(topic.name, PARTITION).tap { |one| one.seek_offset = 0 }
        end
      end
    end
  end
end
