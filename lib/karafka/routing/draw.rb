# frozen_string_literal: true

module Karafka
  module Routing
    # What may be said at the outermost level of a draw. A group joins the routes when its block
    # ended without an error.
    class Draw
      # @param builder [Builder]
      def initialize(builder)
        @builder = builder
      end

      # Opens or reopens a group.
      #
      # @param name [String, Symbol]
      # @return [ConsumerGroup]
      def consumer_group(name, &block)
        within(name) { |group| Proxy.new(group, &block) }
      end

      # A connection of the default group.
      #
      # @param name [String, Symbol]
      def subscription_group(name = SubscriptionGroup.id, &block)
        within(@builder.default_group_id) { |group| group.public_send(:subscription_group=, name, &block) }
      end

      # A topic of the default group.
      #
      # @param name [String, Symbol]
      # @return [Topic]
      def topic(name, &block)
        topic = nil
        within(@builder.default_group_id) { |group| topic = group.route(name, &block) }
        topic
      end

      # @see Builder#defaults
      def defaults(&block)
        @builder.defaults(&block)
      end

      private

      def within(name)
        group = @builder.find { |known| known.name == name.to_s }
        return group.tap { yield(group) } if group

        group = ConsumerGroup.new(name, @builder)
        yield(group)
        @builder << group
        group
      end
    end
  end
end
