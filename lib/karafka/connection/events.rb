# frozen_string_literal: true

require "json"

module Karafka
  module Connection
    # Publishes what librdkafka says besides messages: statistics, errors, token requests, its log.
    # Runs on the listener thread; a raising subscriber is told as an error and harms nothing.
    class Events
      include Core::Helpers::Time

      # After that long a drain ends although more has come, ms: whoever listens may be slower than what is
      # told, and must not keep the listener from polling.
      LONGEST_DRAIN = 1_000
      # Syslog levels of librdkafka => those of Ruby's Logger.
      LEVELS = [4, 4, 3, 3, 2, 1, 1, 0].freeze
      private_constant :LONGEST_DRAIN, :LEVELS

      # @param client [Client]
      # @param subscription_group [Routing::SubscriptionGroup]
      def initialize(client, subscription_group)
        @client = client
        @subscription_group = subscription_group
        @lag_compensation = LagCompensation.new(client)
        connected
      end

      # @return [LagCompensation]
      attr_reader :lag_compensation

      # The native client is a new one: nothing compares with the figures of the last.
      def connected
        @lag_compensation.reset
        @decorator = App.config.internal.statistics.consumer_groups.decorator_class.new
      end

      # Drains the queue, in a bounded time: what is left waits for the next call.
      #
      # @param connection [Native::Connection]
      # @param timeout [Integer] ms to wait for the first event
      def serve(connection, timeout = 0)
        begun = nil
        while (event = connection.event(timeout))
          begun ||= monotonic_now
          kind, *details = event
          send(kind, connection, *details)
          break if monotonic_now - begun > LONGEST_DRAIN

          timeout = 0
        end
      end

      private

      def statistics(connection, json)
        # Nobody listens: not even parsed.
        if monitor.listeners["statistics.emitted"].nil? || monitor.listeners["statistics.emitted"].empty?
          return
        end

        contained("callbacks.statistics.error") do
          figures = @lag_compensation.call(connection, JSON.parse(json))
          monitor.instrument("statistics.emitted", **identity, statistics: @decorator.call(figures))
        end
      end

      def error(_connection, error)
        contained("callbacks.error.error") do
          monitor.instrument("error.occurred", **identity, caller: @client, error:,
                                                           type: "librdkafka.error")
        end
      end

      # librdkafka asks again only once it was answered.
      def token_refresh(connection, _config)
        bearer = TokenBearer.new(connection)
        contained("callbacks.oauthbearer_token_refresh.error") do
          monitor.instrument("oauthbearer.token_refresh", bearer:, caller: @client)
        end
        bearer.oauthbearer_set_token_failure("no listener gave a token") unless bearer.answered?
      end

      def log(_connection, level, facility, text)
        Karafka.logger.add(LEVELS.fetch(level, 1)) { "rdkafka: [#{facility}] #{text}" }
      end

      def contained(type)
        yield
      rescue StandardError => e
        monitor.instrument("error.occurred", **identity, caller: @client, error: e, type:)
      end

      def identity
        {
          subscription_group_id: @subscription_group.id,
          consumer_group_id: @subscription_group.consumer_group.id,
          group_id: @subscription_group.consumer_group.id
        }
      end

      def monitor
        Karafka.monitor
      end
    end
  end
end
