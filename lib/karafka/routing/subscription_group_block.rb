# frozen_string_literal: true

module Karafka
  module Routing
    # What may be said inside a `subscription_group` block.
    class SubscriptionGroupBlock
      # @return [ConsumerGroup]
      attr_reader :consumer_group
      alias group consumer_group

      # @param consumer_group [ConsumerGroup]
      def initialize(consumer_group)
        @consumer_group = consumer_group
      end

      # @return [String] name of the subscription group
      def name
        details[:name]
      end

      # @return [Hash] name and options of this subscription group; options are added to it
      def details
        @consumer_group.current_subscription_group_details
      end

      # @param name [String, Symbol]
      # @return [Topic]
      def topic=(name, &block)
        @consumer_group.route(name, &block)
      end
    end
  end
end
