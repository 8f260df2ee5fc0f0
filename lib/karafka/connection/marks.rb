# frozen_string_literal: true

module Karafka
  module Connection
    # A client's marks on their way to the broker.
    module Marks
      # Hands waiting marks to librdkafka. Called at least once a second while jobs run.
      def store_marks
        connection.store_marks
      end

      # Marks, to be committed later.
      #
      # @param message [Messages::Message]
      # @param metadata [String, nil]
      # @return [Boolean] false when the partition is not ours
      def mark_as_consumed(message, metadata = nil)
        state = connection.known_partition(message.topic, message.partition)
        state ? state.mark(message.offset, message.leader_epoch, metadata) : false
      end
      alias store_offset mark_as_consumed

      # Marks and commits.
      #
      # @return [Boolean] false when the partition is not ours
      def mark_as_consumed!(message, metadata = nil)
        mark_as_consumed(message, metadata) && commit_offsets!
      end

      # Forgets the marks of a partition, after their commit.
      #
      # @param topic [String]
      # @param partition [Integer]
      def withdraw_marks(topic, partition)
        connection.withdraw_marks(topic, partition)
      end

      # Commits everything marked on this connection.
      #
      # @param async [Boolean] true returns once the request is on its way
      # @return [Boolean] false when ownership was lost
      # @raise [Rdkafka::RdkafkaError] other failures, after retries
      def commit_offsets(async: true)
        @commit_proxy.call { connection.commit(!async, Client::COMMIT_TIMEOUT) }
      rescue Rdkafka::RdkafkaError => e
        raise unless e.code == :coordinator_load_in_progress

        sleep(1)
        retry
      end

      # @return [Boolean] as {#commit_offsets}, having waited for the broker
      def commit_offsets!
        commit_offsets(async: false)
      end
    end
  end
end
