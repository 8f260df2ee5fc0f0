# frozen_string_literal: true

module Karafka
  module Routing
    # librdkafka settings of a subscription group: what its topics say, plus what each consumer
    # connection has unless set.
    class ConnectionSettings
      # @param subscription_group [SubscriptionGroup]
      def initialize(subscription_group)
        @group = subscription_group
        @topic = subscription_group.topics.first
      end

      # @return [Hash{Symbol => Object}] frozen
      def to_h
        settings = Setup::DefaultsInjector.consumer(Setup::AttributesMap.consumer(@topic.kafka))
        if settings[:"group.instance.id"]
          settings[:"group.instance.id"] =
            member_id(settings[:"group.instance.id"])
        end
        settings = { **identity, **settings }
        # Messages are stored when marked, never when fetched.
        settings[:"enable.auto.offset.store"] = false
        settings.freeze
      end

      private

      def identity
        {
          "client.id": App.config.client_id,
          "group.id": @group.consumer_group.id,
          "auto.offset.reset": @topic.initial_offset
        }
      end

      # Two connections, or two forked nodes, may not be one static member.
      def member_id(value)
        node = @group.node
        [value, (node.id if node), @group.position].compact.join("_")
      end
    end
  end
end
