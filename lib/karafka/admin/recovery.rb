# frozen_string_literal: true

module Karafka
  class Admin
    # Finds committed offsets where the coordinator of a group does not answer, by reading Kafka's own
    # topic of offsets. Reads only.
    class Recovery < Admin
      autoload :Commit, "karafka/admin/recovery/commit"
      autoload :Errors, "karafka/admin/recovery/errors"

      # Kafka's own topic of committed offsets.
      OFFSETS_TOPIC = "__consumer_offsets"

      class << self
        # @see Recovery#offsets_partition_for
        def offsets_partition_for(group_id)
          new.offsets_partition_for(group_id)
        end

        # @see Recovery#coordinator_for
        def coordinator_for(group_id)
          new.coordinator_for(group_id)
        end

        # @see Recovery#affected_partitions
        def affected_partitions(broker_id)
          new.affected_partitions(broker_id)
        end

        # @see Recovery#affected_groups
        def affected_groups(partition, last_committed_at:)
          new.affected_groups(partition, last_committed_at:)
        end

        # @see Recovery#read_committed_offsets
        def read_committed_offsets(group_id, last_committed_at:)
          new.read_committed_offsets(group_id, last_committed_at:)
        end
      end

      # @param group_id [String]
      # @return [Integer] partition of the topic of offsets that keeps the group's
      def offsets_partition_for(group_id)
        java_hash(Names.text(group_id)) % partitions.size
      end

      # @param group_id [String]
      # @return [Hash] `broker_id:`, `broker_host:` (`"host:port"`), `partition:`
      # @raise [Recovery::Errors::MetadataError] the partition has no leader among the brokers that are up
      def coordinator_for(group_id)
        partition = offsets_partition_for(group_id)
        cluster = cluster_info
        found = offsets_topic(cluster)[:partitions].find { |one| one[:partition_id] == partition }
        leader = found[:leader]
        broker = cluster.brokers.find { |one| one[:broker_id] == leader }
        raise Errors::MetadataError, "partition #{partition} of #{OFFSETS_TOPIC} has no leader" unless broker

        { broker_id: leader, broker_host: broker.values_at(:broker_name, :broker_port).join(":"), partition: }
      end

      # @param broker_id [Integer]
      # @return [Array<Integer>] partitions of the topic of offsets that it leads
      def affected_partitions(broker_id)
        partitions.select { |one| one[:leader] == broker_id }.map { |one| one[:partition_id] }.sort
      end

      # @param partition [Integer] of the topic of offsets
      # @param last_committed_at [Time] nothing before is looked at
      # @return [Array<String>] groups with offsets
      def affected_groups(partition, last_committed_at:)
        groups = commits(partition, last_committed_at).compact.keys.map(&:first)
        groups.uniq.sort
      end

      # @param group_id [String]
      # @param last_committed_at [Time] nothing before is looked at
      # @return [Hash{String => Hash{Integer => Integer}}] fit for {Admin#seek_consumer_group}
      def read_committed_offsets(group_id, last_committed_at:)
        name = Names.text(group_id)
        found = commits(offsets_partition_for(name), last_committed_at).compact
        own = found.select { |(group, _, _), _| group == name }.sort_by { |(_, *place), _| place }
        own.each_with_object({}) do |((_, topic, partition), offset), offsets|
          (offsets[topic] ||= {})[partition] = offset
        end
      end

      private

      # Java's `String#hashCode`, made positive as Kafka does.
      def java_hash(text)
        units = text.encode(Encoding::UTF_16BE).unpack("n*")
        wrapped = units.reduce(0) { |hash, unit| ((hash * 31) + unit) & 0xFFFFFFFF }
        signed = wrapped >= 2**31 ? wrapped - (2**32) : wrapped
        signed == -(2**31) ? 0 : signed.abs
      end

      def partitions
        offsets_topic(cluster_info)[:partitions]
      end

      def offsets_topic(cluster)
        cluster.topics.find { |topic| topic[:topic_name] == OFFSETS_TOPIC } ||
          raise(Errors::MetadataError, "no topic #{OFFSETS_TOPIC}: nothing was ever committed")
      end

      # @return [Hash{Array => Integer, nil}] group, topic and partition => offset; nil for a tombstone
      def commits(partition, since)
        last = {}
        # No count ends the scan, only the end of the partition.
        TopicRead.new(self, OFFSETS_TOPIC, partition, {}).each(2**62, since) do |message|
          commit = Commit.parse(message.raw_key, message.raw_payload)
          last[[commit.group, commit.topic, commit.partition]] = commit.offset if commit
        end
        last
      end
    end
  end
end
