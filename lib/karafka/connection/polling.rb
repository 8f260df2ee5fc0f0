# frozen_string_literal: true

module Karafka
  module Connection
    # What a client brings from its connection: messages, rebalances, events. On the listener's thread, but
    # for {#wake}.
    module Polling
      # How long a ping waits for messages, ms.
      PING = 100
      private_constant :PING

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
        poll_into_buffer(group.max_messages, group.max_wait_time, group.batch_linger, @shortcut&.way)
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

      private

      def poll_into_buffer(max_messages, max_wait, linger, way = nil)
        connection = self.connection
        batches, ends, reports, failure, rebalances =
          if way
            connection.poll_past_listener(max_messages, max_wait, linger, *way)
          else
            connection.poll(max_messages, max_wait, linger)
          end
        @buffer.load(batches, ends)
        serve_rebalances(connection) if rebalances
        reports.each { |error| report(error) }
        return unless failure

        report(failure)
        raise failure
      end

      # What was fetched for partitions that went meanwhile is nobody's here any more.
      def serve_rebalances(connection)
        return unless @rebalance_manager.serve(connection, Client::COMMIT_TIMEOUT)

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
    end
  end
end
