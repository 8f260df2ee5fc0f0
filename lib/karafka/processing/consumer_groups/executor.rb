# frozen_string_literal: true

require "securerandom"

module Karafka
  module Processing
    module ConsumerGroups
      # Between jobs and one consumer instance: builds it, hands it its batch, calls its hooks. Lives as
      # long as the partition is assigned. At most one job of it runs at a time.
      class Executor
        # @return [String] hex; the jobs' id
        attr_reader :id
        # @return [String] id of the subscription group
        attr_reader :group_id
        # @return [Coordinator]
        attr_reader :coordinator

        # @return [Integer] which of the partition's lanes it works on, counted as they came up
        attr_reader :lane

        # @param group_id [String]
        # @param client [Connection::Client]
        # @param coordinator [Coordinator]
        # @param lane [Integer]
        def initialize(group_id, client, coordinator, lane = 0)
          @id = SecureRandom.hex(6)
          @group_id = group_id
          @client = client
          @coordinator = coordinator
          @lane = lane
          @persistent = topic.consumer_persistence
          @build_wrapper = App.config.internal.processing.consumer_build_wrapper
          @consumer = nil
        end

        # @return [Routing::Topic]
        def topic
          @coordinator.topic
        end

        # @return [Integer]
        def partition
          @coordinator.partition
        end

        # @return [Boolean] there is an instance whose hooks can be called
        def built?
          !@consumer.nil?
        end

        # @param messages [Messages::Messages]
        def before_schedule_consume(messages)
          consumer = consumer_for_batch
          consumer.messages = messages
          consumer.on_before_schedule_consume
        end

        # Counts the attempt and freezes the batch's metadata.
        def before_consume
          @consumer.on_before_consume
        end

        # The user's `consume`.
        def consume
          @consumer.on_consume
        end

        # What follows from how it ended.
        def after_consume
          @consumer.on_after_consume
        end

        # What follows a batch of which nothing was left.
        def after_idle
          consumer.on_after_idle
        end

        %i[eofed idle revoked shutdown tick].each do |hook|
          define_method(:"before_schedule_#{hook}") { consumer.public_send(:"on_before_schedule_#{hook}") }
          define_method(hook) { consumer.public_send(:"on_#{hook}") }
        end

        # @param action [Symbol]
        def wrap(action, &block)
          consumer.on_wrap(action, &block)
        end

        private

        def consumer
          @consumer ||= in_build_wrapper { build(topic.consumer) }
        end

        # Without persistence each batch gets an instance of the class as it is named now; one that is
        # anonymous cannot be looked up and is taken as it is.
        def consumer_for_batch
          return consumer if @persistent

          named = topic.consumer.name
          @consumer = in_build_wrapper { build(named ? Object.const_get(named) : topic.consumer) }
        end

        def in_build_wrapper(&block)
          @build_wrapper ? @build_wrapper.wrap(&block) : yield
        end

        def build(consumer_class)
          consumer = consumer_class.new
          selectors = App.config.internal.processing.consumer_groups
          consumer.singleton_class.include(
            selectors.strategy_selector.find(topic), *selectors.expansions_selector.find(topic)
          )
          consumer.client = @client
          consumer.coordinator = @coordinator
          consumer.producer ||= App.producer
          consumer.messages = empty_batch
          consumer.on_initialized
          consumer
        end

        def empty_batch
          Messages::Builders::Messages.call([], topic, partition, Time.now)
        end
      end
    end
  end
end
