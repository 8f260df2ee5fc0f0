# frozen_string_literal: true

module Karafka
  class Admin
    # Repeats calls that failed for a transient reason, as `internal.connection.proxy` says.
    module Retrying
      # Codes after which the same call may succeed.
      TRANSIENT = %i[
        all_brokers_down timed_out transport network_exception not_coordinator
        not_leader_for_partition coordinator_load_in_progress stale_member_epoch
      ].freeze
      # In metadata, while a partition changes hands.
      IN_METADATA = [*TRANSIENT, :leader_not_available].freeze

      class << self
        # @param call [Symbol] setting below `internal.connection.proxy`
        # @param codes [Array<Symbol>] that are transient for this call
        # @yieldparam timeout [Integer] ms for one try
        # @return [Object] what the block returns
        # @raise [Rdkafka::RdkafkaError] a transient one after the last try, others at once
        def call(call, codes: TRANSIENT)
          settings = App.config.internal.connection.proxy.public_send(call)
          tries = 0
          begin
            tries += 1
            yield(settings.timeout)
          rescue Rdkafka::RdkafkaError => e
            raise if tries >= settings.max_attempts || !codes.include?(e.code)

            sleep(settings.wait_time / 1_000.0)
            retry
          end
        end
      end
    end
  end
end
