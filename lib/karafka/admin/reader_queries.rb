# frozen_string_literal: true

module Karafka
  class Admin
    # What a reader asks brokers. Transient failures are repeated.
    class Reader
      # Answers to a commit of one who does not own the partitions.
      REFUSED = %i[
        assignment_lost illegal_generation unknown_member_id rebalance_in_progress fenced_instance_id
        stale_member_epoch fenced
      ].freeze
      private_constant :REFUSED

      # @param list [Rdkafka::Consumer::TopicPartitionList, Hash, nil] the assignment if nil
      # @return [Rdkafka::Consumer::TopicPartitionList] nil offsets where nothing is committed
      def committed(list = nil)
        rows = list ? PartitionLists.rows(list) : @native.assignment
        PartitionLists.list(Retrying.call(:committed) { |timeout| @native.committed(rows, timeout) })
      end

      # @param message [#topic, #partition, #offset] the next offset is stored, for a later commit
      # @return [Boolean] false if the partition is not assigned
      def store_offset(message)
        @native.store([[message.topic, message.partition, message.offset + 1]])
        true
      rescue ::Rdkafka::RdkafkaError => e
        raise unless e.code == :state

        false
      end

      # @param list [Rdkafka::Consumer::TopicPartitionList, Hash, nil] what was stored if nil
      # @param async [Boolean] do not wait for the answer
      # @return [Boolean] false if the group refused, as it does for who does not own the partitions
      def commit_offsets(list = nil, async: false)
        rows = list && PartitionLists.rows(list)
        if async
          @native.commit_async(rows)
        else
          Retrying.call(:committed) { |timeout| @native.commit(rows, timeout) }
        end
        true
      rescue ::Rdkafka::RdkafkaError => e
        # Nothing was stored: nothing is left to commit.
        return true if e.code == :no_offset && rows.nil?
        raise unless REFUSED.include?(e.code)

        false
      end

      # @param topic [String, Symbol]
      # @param partition [Integer]
      # @return [Array<Integer>] first and next offset; the latter follows `isolation.level`
      # @raise [Rdkafka::RdkafkaError] `:unknown_partition`
      def query_watermark_offsets(topic, partition)
        name = Names.text(topic)
        Retrying.call(:query_watermark_offsets) { |timeout| @native.watermarks(name, partition, timeout) }
      end

      # @param list [Rdkafka::Consumer::TopicPartitionList] with Times (or ms) as offsets
      # @return [Rdkafka::Consumer::TopicPartitionList] nil offsets past the end
      # @raise [Rdkafka::RdkafkaError] `:unknown_partition`
      def offsets_for_times(list)
        rows = PartitionLists.rows(list)
        PartitionLists.list(
          Retrying.call(:offsets_for_times) { |timeout| @native.offsets_for_times(rows, timeout) }
        )
      end

      # @param list [Rdkafka::Consumer::TopicPartitionList] with committed offsets
      # @return [Hash{String => Hash{Integer => Integer}}] partitions without offset are left out
      def lag(list)
        list.to_h.to_h do |topic, partitions|
          committed = (partitions || []).select(&:offset)
          ends = committed.to_h { |one| [one.partition, query_watermark_offsets(topic, one.partition).last] }
          [topic, committed.to_h { |one| [one.partition, ends.fetch(one.partition) - one.offset] }]
        end
      end

      # @param topic [String, Symbol, nil] one topic only
      # @return [Rdkafka::Metadata]
      def metadata(topic = nil)
        Retrying.call(:metadata, codes: Retrying::IN_METADATA) do |timeout|
          ClusterShape.new(@native.metadata(topic && Names.text(topic), timeout)).metadata
        end
      end
    end
  end
end
