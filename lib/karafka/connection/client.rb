# frozen_string_literal: true

require "securerandom"

module Karafka
  module Connection
    # The consumer of one subscription group. The native connection is made at the first use and anew
    # after {#reset}. Polling belongs to the listener thread; marks, pauses, seeks and commits come from
    # any thread.
    class Client
      include Core::Helpers::Time
      include Marks
      include Queries
      include Reading

      # Longest wait for a commit before partitions are given away or the client closes, ms.
      COMMIT_TIMEOUT = 10_000
      # How long a ping waits for messages, ms.
      PING = 100
      private_constant :PING

      # @return [String] hex, stays over resets
      attr_reader :id
      # @return [Routing::SubscriptionGroup]
      attr_reader :subscription_group
      # @return [RebalanceManager]
      attr_reader :rebalance_manager
      # @return [MessagesBuffer] what the newest poll brought
      attr_reader :buffer

      # @param subscription_group [Routing::SubscriptionGroup]
      def initialize(subscription_group)
        @id = SecureRandom.hex(6)
        @subscription_group = subscription_group
        # Of every poll, so it is made once.
        @payload = { caller: self, subscription_group: }.freeze
        @mutex = Mutex.new
        @buffer = MessagesBuffer.new
        @rebalance_manager = RebalanceManager.new(self, subscription_group)
        @events = Events.new(self, subscription_group)
        @positions = Positions.new(method(:connection))
        @commit_proxy = Proxy.new(App.config.internal.connection.proxy.commit)
      end

      # One batch poll. Ends when `max_messages` are there, `max_wait_time` (or `batch_linger` of
      # silence) has passed, at a partition's end, on a rebalance, or on {#wake}.
      #
      # @return [MessagesBuffer] reused by the next poll
      # @raise [Rdkafka::RdkafkaError] what retries did not get over
      def batch_poll
        @rebalance_manager.clear
        @buffer.clear
        events_poll
        group = @subscription_group
        poll_into_buffer(group.max_messages, group.max_wait_time, group.batch_linger)
        @buffer
      end

      # Serves statistics, errors, token requests and logs.
      #
      # @param timeout [Integer] ms to wait for the first one
      # @param safe [Boolean] unused; part of the public API
      def events_poll(timeout = 0, safe: true) # rubocop:disable Lint/UnusedMethodArgument
        @events.serve(connection, timeout)
        Karafka.monitor.instrument("client.events_poll", @payload)
      end

      # Stays in the group while no work is taken: polls shortly and drops what comes, unmarked.
      # Errors are ignored.
      def ping
        return sleep(PING / 1_000.0) unless @connection

        events_poll
        @buffer.clear
        poll_into_buffer(1, PING, nil)
        @buffer.clear
      rescue Rdkafka::RdkafkaError
        nil
      end

      # Ends a running, or the next, poll. From any thread.
      def wake
        @connection&.wake
      rescue Native::ForkedHandleError
        nil
      end

      # @param topic [Routing::Topic]
      # @param partition [Integer]
      # @return [Native::Partition] its state, for the life of the assignment
      def partition_state(topic, partition, **options)
        connection.partition(topic.name, partition, options)
      end

      # @return [Boolean] the group took everything away and no rebalance was served since
      def assignment_lost?
        @connection ? @connection.assignment_lost? : false
      end

      # Leaves the group and forgets everything; the next use connects anew.
      def reset
        Karafka.monitor.instrument("client.reset", caller: self, subscription_group: @subscription_group) do
          close
          @subscription_group.refresh
        end
      end

      # Lets the next use connect, again after a {#stop}.
      def open
        @stopped = false
      end

      # Leaves the group for good: gives partitions away, then closes. Whoever still holds the client
      # cannot connect it by accident.
      def stop
        @stopped = true
        close
      end

      # @return [String] librdkafka's name of the client; empty before the first use
      def name
        @connection && !@connection.closed? ? @connection.name : ""
      end

      # The group, its generation and this member, for offsets in a producer's transaction.
      #
      # @return [Native::GroupMetadata] opaque
      # @raise [Rdkafka::ClosedConsumerError]
      def consumer_group_metadata_pointer
        connection.group_metadata
      end

      # @return [String] never connects
      def inspect
        "#<#{self.class.name} id=#{@id.inspect} name=#{name.inspect}>"
      end

      private

      def poll_into_buffer(max_messages, max_wait, linger)
        connection = self.connection
        batches, ends, reports, failure, rebalances =
          connection.poll(max_messages, max_wait, linger) { @events.serve(connection) }
        @buffer.load(batches, ends)
        serve_rebalances(connection) if rebalances
        reports.each { |error| report(error) }
        return unless failure

        report(failure)
        raise failure
      end

      # What was fetched for partitions that went meanwhile is nobody's here any more.
      def serve_rebalances(connection)
        return unless @rebalance_manager.serve(connection, COMMIT_TIMEOUT)

        Processing::ConsumerGroups::OffsetMetadata::Fetcher.clear(self)
        @events.lag_compensation.rebalanced(@rebalance_manager.revoked_partitions)
        @rebalance_manager.revoked_partitions.each do |topic, partitions|
          partitions.each { |partition| @buffer.delete(topic, partition) }
        end
        events_poll
      end

      def report(error)
        Karafka.monitor.instrument(
          "error.occurred",
          caller: self, error:, type: "connection.client.poll.error"
        )
      end

      def connection
        @connection || @mutex.synchronize { @connection ||= connect }
      end

      # Created, ready to answer, and only then subscribed: the first token request comes early.
      def connect
        raise Rdkafka::ClosedConsumerError, @subscription_group.id if @stopped

        connection = Native::Connection.new(@subscription_group.connection_kafka)
        @events.connected
        @events.serve(connection)
        connection.subscribe(@subscription_group.subscriptions)
        Processing::ConsumerGroups::OffsetMetadata::Fetcher.register(self)
        connection
      rescue StandardError
        connection&.close(0)
        raise
      end

      def close
        connection = @mutex.synchronize { @connection.tap { @connection = nil } }
        return if connection.nil? || connection.closed?

        Processing::ConsumerGroups::OffsetMetadata::Fetcher.forget(self)
        Departure.new(self, connection).call
      end
    end
  end
end
