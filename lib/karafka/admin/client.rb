# frozen_string_literal: true

module Karafka
  class Admin
    # A client for admin requests, as `with_admin` lends it. Waits in `admin.max_wait_time` ms.
    class Client
      # What became of a deleted group.
      GroupReport = Struct.new(:result_name, :error_string)

      class << self
        # @param kafka [Hash{Symbol => Object}] librdkafka settings
        # @yieldparam client [Client] closed afterwards
        # @return [Object] what the block returns
        def open(kafka)
          client = new(kafka)
          yield(client)
        ensure
          client&.close
        end
      end

      # @param kafka [Hash{Symbol => Object}] librdkafka settings
      def initialize(kafka)
        @servers = kafka[:"bootstrap.servers"]
        @native = Native::Admin.new(kafka)
        @events = ClientEvents.new(self, @native, kafka)
        @events.start
      end

      # @param topic [String, Symbol, nil] one topic only
      # @return [Rdkafka::Metadata]
      # @raise [Rdkafka::RdkafkaError] also for one partition in trouble
      def metadata(topic = nil)
        Retrying.call(:metadata, codes: Retrying::IN_METADATA) do |timeout|
          ClusterShape.new(@native.metadata(name_of(topic), timeout)).metadata
        end
      end

      # @param topic [String, Symbol]
      # @return [Hash] `topic_name:`, `partition_count:`, `partitions:`
      # @raise [Rdkafka::RdkafkaError] `:unknown_topic_or_part`
      def topic(topic)
        name = Names.text(topic)
        metadata(name).topics.find { |found| found[:topic_name] == name } ||
          raise(::Rdkafka::RdkafkaError.new(3, "topic #{name}"))
      end

      # @param name [String, Symbol]
      # @param partitions [Integer]
      # @param replication_factor [Integer]
      # @param config [Hash{String, Symbol => Object}]
      def create_topic(name, partitions, replication_factor, config = {})
        pairs = config.map { |setting, value| [setting.to_s, value.to_s] }
        @native.create_topic(Names.text(name), partitions, replication_factor, pairs, wait)
      end

      # @param name [String, Symbol]
      def delete_topic(name)
        @native.delete_topic(Names.text(name), wait)
      end

      # @param name [String, Symbol]
      # @param total [Integer]
      def create_partitions(name, total)
        @native.create_partitions(Names.text(name), total, wait)
      end

      # @param group_id [String, Symbol]
      # @return [GroupReport]
      def delete_group(group_id)
        GroupReport.new(@native.delete_group(Names.text(group_id), wait), nil)
      end

      # @param partitions [Array<Array>] topic, partition, specification
      # @param isolation_level [Integer, nil]
      # @return [Array<Array>] topic, partition, offset, ms, leader epoch
      def list_offsets(partitions, isolation_level = nil)
        Retrying.call(:query_watermark_offsets) do |timeout|
          @native.list_offsets(partitions, isolation_level, timeout)
        end
      end

      # @param resources [Array<Array>] type, name
      # @return [Array<Array>] type, name, entries
      def describe_configs(resources)
        @native.describe_configs(resources, wait)
      end

      # @param resources [Array<Array>] type, name, changes
      # @return [Array<Array>] type, name, entries
      def alter_configs(resources)
        @native.alter_configs(resources, wait)
      end

      # @param rule [Array] type, name, pattern, principal, host, operation, permission
      def create_acl(rule)
        @native.create_acl(rule, wait)
      end

      # @param filter [Array] as a rule, nil for any
      # @return [Array<Array>] rules
      def describe_acls(filter)
        @native.describe_acls(filter, wait)
      end

      # @param filter [Array] as a rule, nil for any
      # @return [Array<Array>] rules that were deleted
      def delete_acls(filter)
        @native.delete_acls(filter, wait)
      end

      # @return [String] `<client.id>#consumer-<n>`
      def name
        @native.name
      end

      # Closing again does nothing.
      def close
        return if closed?

        @events.stop
        @native.close(Admin.max_wait_time)
      end

      # @return [Boolean]
      def closed?
        @native.closed?
      end

      private

      def name_of(topic)
        topic && Names.text(topic)
      end

      # For requests that change or describe more than topics, which only a real Kafka answers.
      def wait
        Testing::Broker.refuse!(@servers, :admin, "Karafka::Admin")
        Admin.max_wait_time
      end
    end
  end
end
