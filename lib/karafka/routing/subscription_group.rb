# frozen_string_literal: true

require "digest"

module Karafka
  module Routing
    # Topics that share one connection, and its settings.
    class SubscriptionGroup
      # @return [String] group id, name and position
      attr_reader :id
      # @return [String]
      attr_reader :name
      # @return [Integer] process-wide, from 0 in the order of drawing
      attr_reader :position
      # @return [Topics] inactive ones included; finds what patterns match as well
      attr_reader :topics
      # @return [ConsumerGroup]
      attr_reader :consumer_group
      alias group consumer_group
      # @return [Hash{Symbol => Object}] frozen; librdkafka settings of the connection
      attr_reader :kafka
      # @return [Integer]
      attr_reader :max_messages
      # @return [Integer] ms
      attr_reader :max_wait_time
      # @return [Integer, nil] ms
      attr_reader :batch_linger

      @generated = 0
      @generating = Mutex.new

      # @return [String] the next name of an anonymous group; the n-th is the same in each run
      def self.id
        count = @generating.synchronize { @generated += 1 }
        ::Digest::SHA256.hexdigest(count.to_s)[0, 12]
      end

      # @param position [Integer]
      # @param topics [Array<Topic>] of one consumer group, equal in what makes a connection
      def initialize(position, topics)
        first = topics.first
        @position = position
        @discovery = Discovery.new(self)
        @topics = Topics.new(topics, @discovery)
        @consumer_group = first.consumer_group
        @name = first.subscription_group_details.fetch(:name)
        @id = "#{@consumer_group.id}_#{@name}_#{position}"
        @max_messages = first.max_messages
        @max_wait_time = first.max_wait_time
        @batch_linger = first.batch_linger
        topics.each { |topic| topic.subscription_group = self }
        refresh
      end

      # Builds the settings anew: in a forked node its id becomes part of the static member id.
      def refresh
        @kafka = ConnectionSettings.new(self).to_h
        self
      end

      # @return [Boolean] does this process run the connection
      def active?
        activity_manager.active?(:consumer_groups, consumer_group.name) &&
          activity_manager.active?(:subscription_groups, name) &&
          topics.any?(&:active?)
      end

      # @return [Array<String>] names to subscribe to: topics this process runs
      def subscriptions
        topics.select(&:active?).map(&:subscription_name).uniq
      end

      # Settings to connect with: {#kafka}, and what filters and other routes keep from patterns. With
      # `group.protocol` consumer the broker matches, which nothing can be kept from.
      #
      # @return [Hash{Symbol => Object}]
      def connection_kafka
        hidden = kafka[:"group.protocol"].to_s == "consumer" ? [] : @discovery.hidden
        return kafka if hidden.empty?

        expressions = hidden.map { |name| "^#{name.gsub(".", "\\.")}$" }
        { **kafka, "topic.blacklist": [kafka[:"topic.blacklist"], *expressions].compact.join(",") }
      end

      # @param _consumer [Object] the connection
      # @return [false] partitions come from the group, none are fixed
      def assignments(_consumer)
        false
      end

      # @return [String] the `group.id` that Kafka sees
      def group_id
        kafka[:"group.id"]
      end
      alias consumer_group_id group_id

      # @return [String]
      def client_id
        kafka[:"client.id"]
      end

      # @return [ActivityManager]
      def activity_manager
        App.config.internal.routing.activity_manager
      end

      # @return [Swarm::Node, false] false outside of forked nodes
      def node
        App.config.swarm.node
      end

      # @return [String] the id
      def to_s
        id
      end
    end
  end
end
