# frozen_string_literal: true

module Karafka
  # Class side: the same operations on the cluster of the configuration.
  class Admin
    extend Core::Helpers::Time

    class << self
      # @see Admin#create_topic
      def create_topic(name, partitions, replication_factor, topic_config = {})
        new.create_topic(name, partitions, replication_factor, topic_config)
      end

      # @see Admin#delete_topic
      def delete_topic(name)
        new.delete_topic(name)
      end

      # @see Admin#create_partitions
      def create_partitions(name, partitions)
        new.create_partitions(name, partitions)
      end

      # @see Admin#topic_info
      def topic_info(topic_name)
        new.topic_info(topic_name)
      end

      # @see Admin#cluster_info
      def cluster_info
        new.cluster_info
      end

      # @see Admin#read_topic
      def read_topic(name, partition, count, start_offset = -1, settings = {})
        new.read_topic(name, partition, count, start_offset, settings)
      end

      # @see Admin#read_watermark_offsets
      def read_watermark_offsets(name_or_hash, partition = nil)
        new.read_watermark_offsets(name_or_hash, partition)
      end

      # @see Admin#read_partition_offsets
      def read_partition_offsets(topic_partition_offsets, isolation_level: nil)
        new.read_partition_offsets(topic_partition_offsets, isolation_level:)
      end

      # @see Admin#seek_consumer_group
      def seek_consumer_group(group_id, topics_with_partitions_and_offsets)
        new.seek_consumer_group(group_id, topics_with_partitions_and_offsets)
      end

      # @see Admin#copy_consumer_group
      def copy_consumer_group(previous_name, new_name, topics)
        new.copy_consumer_group(previous_name, new_name, topics)
      end

      # @see Admin#rename_consumer_group
      def rename_consumer_group(previous_name, new_name, topics, delete_previous: true)
        new.rename_consumer_group(previous_name, new_name, topics, delete_previous:)
      end

      # @see Admin#delete_consumer_group
      def delete_consumer_group(group_id)
        new.delete_consumer_group(group_id)
      end

      # @see Admin#trigger_rebalance
      def trigger_rebalance(group_id)
        new.trigger_rebalance(group_id)
      end

      # @see Admin#read_lags_with_offsets
      def read_lags_with_offsets(groups_with_topics = {}, active_topics_only: true)
        new.read_lags_with_offsets(groups_with_topics, active_topics_only:)
      end

      # @see Replication#plan
      def plan_topic_replication(topic:, replication_factor:, brokers: nil)
        new.plan_topic_replication(topic:, replication_factor:, brokers:)
      end

      # @see Admin#with_consumer
      def with_consumer(settings = {}, &block)
        new.with_consumer(settings, &block)
      end

      # @see Admin#with_admin
      def with_admin(&block)
        new.with_admin(&block)
      end

      # @return [Hash{Symbol => Object}] librdkafka settings of the app
      def app_kafka
        @app_kafka ||= App.config.kafka
      end

      # @return [Hash{Symbol => Object}] librdkafka settings of admin clients, over those of the app
      def admin_kafka
        @admin_kafka ||= App.config.admin.kafka
      end

      # Settings below `config.admin`, read once by each class: `group_id` (String), the others in ms.
      %i[group_id max_wait_time max_retries_duration retry_backoff poll_timeout].each do |setting|
        define_method(setting) { settings_read[setting] ||= App.config.admin.public_send(setting) }
      end

      private

      def settings_read
        @settings_read ||= {}
      end
    end
  end
end
