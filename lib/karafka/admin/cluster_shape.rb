# frozen_string_literal: true

module Karafka
  class Admin
    # Reads the engine's answer to a metadata query.
    class ClusterShape
      # @param answer [Array] brokers and topics
      def initialize(answer)
        @brokers, @topics = answer
      end

      # @return [Rdkafka::Metadata]
      # @raise [Rdkafka::RdkafkaError] of the first topic or partition in trouble
      def metadata
        brokers = @brokers.map { |broker| broker_h(*broker) }
        ::Rdkafka::Metadata.new(brokers, @topics.map { |topic| topic_h(*topic) })
      end

      private

      def broker_h(id, host, port)
        { broker_id: id, broker_name: host, broker_port: port }
      end

      def topic_h(name, error, partitions)
        ensure_fine(error, "topic #{name}")
        {
          topic_name: name, partition_count: partitions.size,
          partitions: partitions.sort_by(&:first).map { |partition| partition_h(name, partition) }
        }
      end

      def partition_h(topic, partition)
        id, error, leader, replicas, in_sync = partition
        ensure_fine(error, "partition #{id} of topic #{topic}")
        {
          partition_id: id, leader:, replica_count: replicas.size,
          in_sync_replica_brokers: in_sync.size, replicas:, isrs: in_sync
        }
      end

      def ensure_fine(error, place)
        raise ::Rdkafka::RdkafkaError.new(error, place) unless error.zero?
      end
    end
  end
end
