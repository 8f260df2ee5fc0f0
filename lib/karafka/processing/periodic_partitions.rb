# frozen_string_literal: true

module Karafka
  module Processing
    # Which partitions of a connection tick. Knows what is assigned, also before its first message; whether a
    # tick is due is decided by the engine. Groups without periodic topics pay for one look at a variable.
    # Listener thread.
    class PeriodicPartitions
      NONE = [].freeze
      private_constant :NONE

      # @param subscription_group [Routing::SubscriptionGroup]
      # @param client [Connection::Client]
      # @param coordinators [CoordinatorsBuffer]
      def initialize(subscription_group, client, coordinators)
        @subscription_group = subscription_group
        @client = client
        @coordinators = coordinators
        @any = false
        @changed = true
      end

      # Partitions came or went.
      def changed
        @changed = true
      end

      # @return [Array<ConsumerGroups::Coordinator>] whose tick is due, none once the process stops
      def due
        look_again if @changed
        return NONE if !@any || App.done?

        @client.due_ticks.map { |topic, partition| @coordinators.find_or_create(topic, partition) }
      end

      private

      # Each gets its state, which is what the engine asks.
      def look_again
        @changed = @any = false
        return if topics.none? { |topic| topic.periodic_job? && topic.active? }

        @client.assigned_places.each do |name, partition|
          # What a pattern matched is there by now; a topic that nobody knows has been told.
          topic = topics.detect { |one| one.name == name }
          next unless topic&.active? && topic&.periodic_job?

          @coordinators.find_or_create(name, partition)
          @any = true
        end
      end

      def topics
        @subscription_group.topics
      end
    end
  end
end
