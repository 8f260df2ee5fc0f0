# frozen_string_literal: true

module WaterDrop
  class Producer
    # Duplicate-free sending, and its recovery from errors that end a client.
    module Idempotence
      # @return [Boolean] `enable.idempotence` is on, or the producer is transactional
      def idempotent?
        return @idempotent unless @idempotent.nil?
        return false unless config

        enabled = config.kafka[:"enable.idempotence"].to_s == "true"
        @idempotent = transactional? || enabled
      end

      # @param error [Rdkafka::RdkafkaError]
      # @return [Boolean] a new client may repair it
      def idempotent_reloadable?(error)
        return false unless error.is_a?(::Rdkafka::RdkafkaError) && error.fatal?
        return false unless config.reload_on_idempotent_fatal_error
        return false if !idempotent? || transactional? || @status.closing?

        !config.non_reloadable_errors.include?(error.code)
      end

      # @return [Boolean] attempts are left
      def idempotent_retryable?
        fatal_attempts < config.max_attempts_on_idempotent_fatal_error
      end

      private

      def fatal_attempts
        @fatal_attempts ||= 0
      end

      # @param used [Object] the client that failed
      # @return [Boolean] the message may be tried again
      def recover_from_fatal?(error, used)
        return false unless idempotent_reloadable?(error) && idempotent_retryable?

        attempt = (@fatal_attempts = fatal_attempts + 1)
        report(error, "librdkafka.idempotent_fatal_error", attempt:)
        reload(used, error, attempt)
        sleep(config.wait_backoff_on_idempotent_fatal_error / 1_000.0)
        true
      end
    end
  end
end
