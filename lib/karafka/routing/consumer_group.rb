# frozen_string_literal: true

module Karafka
  module Routing
    # Topics consumed under one Kafka group id, over one or more connections.
    class ConsumerGroup
      # @return [String] the Kafka group id, unless the settings of a topic name another
      attr_reader :id
      # @return [String] same as the id
      attr_reader :name
      # @return [Topics]
      attr_reader :topics
      # @return [Array<SubscriptionGroup>] empty before the end of the draw
      attr_reader :subscription_groups
      # @return [Builder] routes this group belongs to, or takes its defaults from
      attr_reader :builder
      # @return [Hash] name and options of the connection that the next topic joins
      attr_accessor :current_subscription_group_details

      # @param name [String, Symbol]
      # @param builder [Builder]
      def initialize(name, builder = App.config.internal.routing.builder)
        @name = @id = name.to_s
        @builder = builder
        @topics = Topics.new
        @subscription_groups = []
        @changed = true
        leave_subscription_group
      end

      # Describes a topic; one whose block raises is left out.
      #
      # @param name [String, Symbol]
      # @param defaults [Proc] for what the block leaves open
      # @return [Topic]
      def route(name, defaults: builder.defaults, &block)
        topic = Topic.new(name, self)
        topic.describe(defaults, &block)
        @topics << topic
        @changed = true
        topic
      end

      # @see #route
      def topic=(name, &block)
        route(name, &block)
      end

      # Collects topics that share a connection.
      #
      # @param name [String, Symbol]
      def subscription_group=(name = SubscriptionGroup.id, &block)
        @current_subscription_group_details = { name: name.to_s }
        Proxy.new(SubscriptionGroupBlock.new(self), &block)
      ensure
        leave_subscription_group
      end

      # Splits the topics into connections, if topics came since it last did.
      def build
        return unless @changed

        @subscription_groups = subscription_groups_builder.call(@topics, first_position: @first_position)
        @first_position = @subscription_groups.first&.position
        @changed = false
      end

      # @return [Boolean] does this process run the group
      def active?
        activity_manager.active?(:consumer_groups, name)
      end

      # @return [Hash] frozen
      def to_h
        { topics: topics.map(&:to_h), id: }.freeze
      end

      # @return [ActivityManager]
      def activity_manager
        App.config.internal.routing.activity_manager
      end

      # @return [SubscriptionGroupsBuilder]
      def subscription_groups_builder
        App.config.internal.routing.subscription_groups_builder
      end

      private

      # Topics before and after a `subscription_group` block do not share a connection.
      def leave_subscription_group
        @current_subscription_group_details = { name: SubscriptionGroup.id }
      end
    end
  end
end
