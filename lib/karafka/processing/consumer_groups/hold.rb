# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # Holds a partition for a long-running job: nothing more of it is delivered until the run has ended,
      # while polling goes on. Runs on the listener thread, once a run.
      class Hold
        # Told as the pause's length, ms: its end is that of the run.
        ENDLESS = 1_000_000_000_000

        # @param consumer [BaseConsumer] of one of the run's lanes
        def initialize(consumer)
          @consumer = consumer
        end

        # Goes on behind what was delivered, later; attempts stay as they are.
        def call
          topic = @consumer.topic
          @consumer.client.hold(topic.name, @consumer.partition, ENDLESS)
          Karafka.monitor.instrument(
            "consumer.consuming.pause",
            caller: @consumer, manual: false, topic: topic.name, partition: @consumer.partition,
            subscription_group: topic.subscription_group, offset: nil, timeout: ENDLESS,
            attempt: @consumer.coordinator.attempt
          )
        end
      end
    end
  end
end
