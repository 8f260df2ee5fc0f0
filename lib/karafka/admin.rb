# frozen_string_literal: true

module Karafka
  # Operations on a Kafka cluster, each through a client of its own that is closed afterwards. Class
  # methods act on the cluster of the configuration, an instance on that of its `kafka:`.
  #
  # What Kafka refuses raises `Rdkafka::RdkafkaError`, arguments that no request can carry
  # `Rdkafka::Config::ConfigError`, an answer that never came
  # `Rdkafka::AbstractHandle::WaitTimeoutError`. Calls wait on the calling thread without the VM lock;
  # `Thread#kill`, `Timeout` and signals end the wait, not what the cluster was asked to do.
  class Admin
    autoload :Acl, "karafka/admin/acl"
    autoload :Client, "karafka/admin/client"
    autoload :ClientEvents, "karafka/admin/client_events"
    autoload :ClientSettings, "karafka/admin/client_settings"
    autoload :ClusterShape, "karafka/admin/cluster_shape"
    autoload :Configs, "karafka/admin/configs"
    autoload :ConsumerGroups, "karafka/admin/consumer_groups"
    autoload :GroupCopy, "karafka/admin/group_copy"
    autoload :GroupSeek, "karafka/admin/group_seek"
    autoload :IsolationLevels, "karafka/admin/isolation_levels"
    autoload :Lags, "karafka/admin/lags"
    autoload :Names, "karafka/admin/names"
    autoload :OffsetQueries, "karafka/admin/offset_queries"
    autoload :PartitionLists, "karafka/admin/partition_lists"
    autoload :Reader, "karafka/admin/reader"
    autoload :Rebalancing, "karafka/admin/rebalancing"
    autoload :Records, "karafka/admin/records"
    autoload :Recovery, "karafka/admin/recovery"
    autoload :Replication, "karafka/admin/replication"
    autoload :Retrying, "karafka/admin/retrying"
    autoload :TokenBearer, "karafka/admin/token_bearer"
    autoload :TopicChanges, "karafka/admin/topic_changes"
    autoload :TopicRead, "karafka/admin/topic_read"
    autoload :Topics, "karafka/admin/topics"

    # @return [Hash{Symbol => Object}] librdkafka settings over all others of the configuration
    attr_reader :custom_kafka
    # @return [Object, nil] client that is used instead of opening one
    attr_reader :external_client

    # @param kafka [Hash{Symbol => Object}] librdkafka settings, of another cluster for instance
    # @param external_client [Client, Reader, Connection::Client, nil] an admin client serves what
    #   needs one, anything else what reads; never closed or subscribed here
    def initialize(kafka: {}, external_client: nil)
      @custom_kafka = kafka
      @external_client = external_client
    end

    # @return [nil] nothing is kept open between calls
    def close
      nil
    end

    # @param name [String, Symbol]
    # @param partitions [Integer] -1 for the broker's default
    # @param replication_factor [Integer] -1 for the broker's default
    # @param topic_config [Hash{String, Symbol => Object}] Kafka's own settings of the topic
    # @return [nil] once the cluster shows the topic
    # @raise [Errors::ResultNotVisibleError] it did not within `admin.max_retries_duration`
    def create_topic(name, partitions, replication_factor, topic_config = {})
      TopicChanges.new(self).create(name, partitions, replication_factor, topic_config)
    end

    # @param name [String, Symbol]
    # @return [nil] once the cluster does not show the topic any more
    # @raise [Errors::ResultNotVisibleError] it did within `admin.max_retries_duration`
    def delete_topic(name)
      TopicChanges.new(self).delete(name)
    end

    # @param name [String, Symbol]
    # @param partitions [Integer] how many there are to be in total
    # @return [nil] once the cluster shows them
    # @raise [Errors::ResultNotVisibleError] it did not within `admin.max_retries_duration`
    def create_partitions(name, partitions)
      TopicChanges.new(self).widen(name, partitions)
    end

    # @param topic_name [String, Symbol]
    # @return [Hash] `topic_name:`, `partition_count:`, `partitions:`
    def topic_info(topic_name)
      with_admin { |admin| admin.topic(topic_name) }
    end

    # @return [Rdkafka::Metadata]
    def cluster_info
      with_admin(&:metadata)
    end

    # @param name [String, Symbol]
    # @param partition [Integer]
    # @param count [Integer] messages at most
    # @param start_offset [Integer, Time] -1 for the last `count` messages, -n so many further back
    # @param settings [Hash{Symbol => Object}] librdkafka settings of this read
    # @return [Array<Messages::Message>]
    def read_topic(name, partition, count, start_offset = -1, settings = {})
      TopicRead.new(self, name, partition, settings).call(count, start_offset)
    end

    # @param name_or_hash [String, Symbol, Hash{String => Array<Integer>}]
    # @param partition [Integer, nil] with a name
    # @return [Array<Integer>, Hash] `[low, high]`, or for a Hash `{ topic => { partition => [low, high] } }`
    def read_watermark_offsets(name_or_hash, partition = nil)
      OffsetQueries.new(self).watermarks(name_or_hash, partition)
    end

    # @param topic_partition_offsets [Hash{String => Array<Hash>}] `partition:` and `offset:`, the latter
    #   `:earliest`, `:latest`, `:max_timestamp` or ms since the epoch
    # @param isolation_level [Integer, nil] one of {IsolationLevels}
    # @return [Array<Hash>] `topic:`, `partition:`, `offset:`, `timestamp:`, `leader_epoch:`
    def read_partition_offsets(topic_partition_offsets, isolation_level: nil)
      OffsetQueries.new(self).offsets(topic_partition_offsets, isolation_level)
    end

    # Moves the offsets of a group that does not run.
    #
    # @param group_id [String]
    # @param topics_with_partitions_and_offsets [Hash] `{ topic => position }` or
    #   `{ topic => { partition => position } }`; a position is an offset, a Time, `:earliest`,
    #   `:latest` or false (earliest)
    # @return [Boolean] false when Kafka refused, as it does while the group runs
    def seek_consumer_group(group_id, topics_with_partitions_and_offsets)
      GroupSeek.new(self, group_id).call(topics_with_partitions_and_offsets)
    end

    # @param previous_name [String] group to copy from
    # @param new_name [String] group that gets its offsets, and must not run
    # @param topics [Array<String>]
    # @return [Boolean] false if none of the topics exists
    def copy_consumer_group(previous_name, new_name, topics)
      GroupCopy.new(self, previous_name, new_name).copy(topics)
    end

    # @param previous_name [String] group that does not run
    # @param new_name [String] group that gets its offsets, and must not run
    # @param topics [Array<String>]
    # @param delete_previous [Boolean]
    # @return [Boolean] false if none of the topics exists or the new group refused; the old one stays
    def rename_consumer_group(previous_name, new_name, topics, delete_previous: true)
      GroupCopy.new(self, previous_name, new_name).rename(topics, delete_previous:)
    end

    # @param group_id [String] group that does not run
    # @return [Client::GroupReport]
    def delete_consumer_group(group_id)
      with_admin { |admin| admin.delete_group(group_id) }
    end

    # Makes a routed group rebalance, by joining it for a moment.
    #
    # @param group_id [String]
    # @raise [Errors::InvalidConfigurationError] the group is not routed, or has no topics
    def trigger_rebalance(group_id)
      Rebalancing.new(self, group_id).call
    end

    # @param groups_with_topics [Hash{String => Array<String>}] routed groups and topics if empty
    # @param active_topics_only [Boolean] of routed topics
    # @return [Hash] `{ group => { topic => { partition => { offset:, lag: } } } }`
    def read_lags_with_offsets(groups_with_topics = {}, active_topics_only: true)
      Lags.new(self).call(groups_with_topics, active_topics_only)
    end

    # @see Replication#plan
    def plan_topic_replication(topic:, replication_factor:, brokers: nil)
      Replication.new(kafka: custom_kafka, external_client:).plan(topic:, to: replication_factor, brokers:)
    end

    # @param settings [Hash{Symbol => Object}] librdkafka settings of this client
    # @yieldparam reader [Reader] unless the external client reads
    # @return [Object] what the block returns
    def with_consumer(settings = {}, &block)
      return yield(external_client) if external_client && !external_client.is_a?(Client)

      Reader.open(ClientSettings.reader(custom_kafka, settings), &block)
    end

    # @yieldparam admin [Client]
    # @return [Object] what the block returns
    def with_admin(&block)
      return yield(external_client) if external_client.is_a?(Client)

      Client.open(ClientSettings.admin(custom_kafka), &block)
    end
  end
end

require "karafka/admin/default_cluster"
