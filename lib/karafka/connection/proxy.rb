# frozen_string_literal: true

module Karafka
  module Connection
    # Repeats broker calls that failed for a transient reason, as `internal.connection.proxy` says.
    class Proxy
      # Codes that tell: try again.
      TRANSIENT = %i[
        all_brokers_down timed_out transport network_exception not_coordinator
        not_leader_for_partition coordinator_load_in_progress stale_member_epoch
      ].freeze

      # @param settings [Core::Configurable::Node] `timeout`, `max_attempts`, `wait_time` of a call (ms)
      def initialize(settings)
        @settings = settings
      end

      # @yieldparam timeout [Integer, nil] ms
      # @return [Object] what the block returns
      # @raise [Rdkafka::RdkafkaError] transient ones after `max_attempts` repetitions, others at once
      def call
        attempts = 0
        begin
          yield(@settings.respond_to?(:timeout) ? @settings.timeout : nil)
        rescue Rdkafka::RdkafkaError => e
          attempts += 1
          raise if attempts > @settings.max_attempts || !TRANSIENT.include?(e.code)

          sleep(@settings.wait_time / 1_000.0)
          retry
        end
      end
    end
  end
end
