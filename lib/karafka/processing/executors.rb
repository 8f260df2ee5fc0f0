# frozen_string_literal: true

module Karafka
  module Processing
    # The executors of one connection, by assignment and lane. They end with their assignment. Listener
    # thread.
    class Executors
      # @param subscription_group [Routing::SubscriptionGroup]
      # @param client [Connection::Client]
      def initialize(subscription_group, client)
        @subscription_group = subscription_group
        @client = client
        @executor_class = App.config.internal.processing.consumer_groups.executor_class
        clear
      end

      # @param coordinator [ConsumerGroups::Coordinator]
      # @param lane [Integer]
      # @return [ConsumerGroups::Executor] made at its first use
      def find_or_create(coordinator, lane)
        lanes = @lanes[coordinator] ||= {}
        lanes[lane] ||= @executor_class.new(@subscription_group.id, @client, coordinator, lanes.size)
      end

      # @param coordinator [ConsumerGroups::Coordinator]
      # @return [Array<ConsumerGroups::Executor>] of every lane that was ever worked in; else of the first
      def of(coordinator)
        lanes = @lanes[coordinator]
        lanes ? lanes.values : [find_or_create(coordinator, 0)]
      end

      # Forgets those of an assignment.
      #
      # @param coordinator [ConsumerGroups::Coordinator, nil]
      # @return [Array<ConsumerGroups::Executor>] that have an instance
      def delete(coordinator)
        built(@lanes.delete(coordinator)&.values || [])
      end

      # Forgets all of them.
      #
      # @return [Array<ConsumerGroups::Executor>] that have an instance
      def clear
        all = (@lanes || {}).values.flat_map(&:values)
        @lanes = {}.compare_by_identity
        built(all)
      end

      private

      def built(executors)
        executors.select(&:built?)
      end
    end
  end
end
