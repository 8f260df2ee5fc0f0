# frozen_string_literal: true

module Karafka
  module Connection
    # How a client leaves its group: partitions given away with their marks committed, then the native
    # connection closed. Every wait is bounded by half of the shutdown timeout.
    class Departure
      include Core::Helpers::Time

      # Slice of the waits, ms.
      STEP = 100
      private_constant :STEP

      # @param client [Client]
      # @param connection [Native::Connection] nobody else polls it any more
      def initialize(client, connection)
        @client = client
        @connection = connection
        @deadline = monotonic_now + (App.config.shutdown_timeout / 2)
      end

      # The close itself gives partitions away. Not by unsubscribing first: librdkafka, asked to close
      # while commits of a cooperative unassignment are on their way, forgets to leave the group, which
      # then waits for the session timeout.
      def call
        told { @connection.commit(true, commit_timeout) }
        told { close }
      ensure
        @connection.close(STEP * 10)
      end

      private

      def close
        @connection.begin_close
        serve_rebalances until @connection.poll_close(STEP) || late?
      end

      def serve_rebalances
        @client.rebalance_manager.serve(@connection, commit_timeout)
      end

      # A broker that is gone must not keep the process beyond its time.
      def commit_timeout
        (@deadline - monotonic_now).clamp(STEP, Client::COMMIT_TIMEOUT).to_i
      end

      def late?
        monotonic_now > @deadline
      end

      # What one step fails at keeps none of the others from being tried. After a fatal error, which was
      # told when it came, every step fails.
      def told
        yield
      rescue StandardError => e
        return if e.is_a?(Rdkafka::RdkafkaError) && (e.fatal? || e.code == :fatal)

        Karafka.monitor.instrument(
          "error.occurred", caller: @client, error: e, type: "connection.client.unsubscribe.error"
        )
      end
    end
  end
end
