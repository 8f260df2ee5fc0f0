# frozen_string_literal: true

module Karafka
  module Processing
    # The coordinators of one connection, for as long as their partitions are assigned.
    class CoordinatorsBuffer
      # @param topics [Routing::Topics]
      # @param client [Connection::Client, nil] nil for users' own specs: partitions without a connection
      def initialize(topics, client = nil)
        @topics = topics
        @client = client
        clear
      end

      # @param topic_name [String]
      # @param partition [Integer]
      # @return [ConsumerGroups::Coordinator]
      def find_or_create(topic_name, partition)
        (@coordinators[topic_name] ||= {})[partition] ||=
          App.config.internal.processing.consumer_groups.coordinator_class.new(
            @topics.find(topic_name), partition, @client
          )
      end

      # @param topic_name [String]
      # @param partition [Integer]
      # @return [ConsumerGroups::Coordinator, nil] the one that was forgotten
      def revoke(topic_name, partition)
        @coordinators[topic_name]&.delete(partition)&.tap(&:revoke)
      end

      # Forgets all of them.
      def clear
        @coordinators = {}
      end
    end
  end
end
