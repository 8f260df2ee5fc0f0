# frozen_string_literal: true

module Karafka
  class Admin
    # What a short-lived client has to say: it asks for OAUTHBEARER tokens, for its whole life, and
    # logs. Tokens come from the subscribers of `oauthbearer.token_refresh`.
    class ClientEvents
      # Syslog levels of librdkafka => those of Ruby's Logger.
      LEVELS = [4, 4, 3, 3, 2, 1, 1, 0].freeze
      # ms; how soon the thread notices that it is to end.
      INTERVAL = 100
      private_constant :LEVELS, :INTERVAL

      # @param client [Client, Reader] who it is about
      # @param native [Native::Admin, Native::Reader]
      # @param kafka [Hash{Symbol => Object}] its settings
      def initialize(client, native, kafka)
        @client = client
        @native = native
        @bearer = TokenBearer.new(native)
        mechanisms = kafka.values_at(:"sasl.mechanism", :"sasl.mechanisms")
        @tokens = mechanisms.any? { |name| name.to_s.casecmp?("OAUTHBEARER") }
      end

      # The first token is there before the client is used.
      def start
        return unless @tokens

        serve(INTERVAL)
        @thread = Thread.new { serve(INTERVAL) until @ending }
        @thread.name = "karafka.admin.events"
      end

      # Ends the thread, then hands the rest of the client's log on.
      def stop
        @ending = true
        @thread&.join
        serve(0)
      end

      private

      def serve(timeout)
        while (event = @native.event(timeout))
          kind, *details = event
          case kind
          when :token_refresh then refresh_token
          when :log then log(*details)
          end
          timeout = 0
        end
      end

      def refresh_token
        Karafka.monitor.instrument("oauthbearer.token_refresh", bearer: @bearer, caller: @client)
      rescue StandardError => e
        @bearer.oauthbearer_set_token_failure(e.message)
        Karafka.monitor.instrument(
          "error.occurred", caller: @client, error: e, type: "callbacks.oauthbearer_token_refresh.error"
        )
      end

      def log(level, facility, text)
        ::Rdkafka::Config.logger.add(LEVELS.fetch(level, 1)) { "rdkafka: [#{facility}] #{text}" }
      end
    end
  end
end
