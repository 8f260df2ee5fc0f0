# frozen_string_literal: true

module WaterDrop
  class Producer
    # Replacing a client that cannot go on by a new one, built at the next use.
    module Reloading
      private

      # Gives up a failed client; a sibling that comes later with the same one does nothing.
      #
      # @param failed [Object, nil] the client that failed
      # @param error [Rdkafka::RdkafkaError]
      # @param attempt [Integer]
      # @return [Boolean] this call did it
      def reload(failed, error, attempt)
        @connecting_mutex.synchronize do
          return false if @client.nil? || !@client.equal?(failed) || @status.closing?

          @monitor.instrument("producer.reload", producer_id: id, error:, attempt:, caller: self)
          forget_memoised
          @monitor.instrument("producer.reloaded", producer_id: id, attempt:) { give_up_client }
          @status.configured!
        end
        true
      end

      def give_up_client
        @client.flush(current_variant.max_wait_timeout) unless fatal_client?
        purge_buffer
        purge_client
        drop_client
      end

      # A fatal client sends nothing any more: waiting for it is in vain.
      def fatal_client?
        @client.is_a?(Karafka::Native::Producer) && !@client.fatal_error.nil?
      end

      # Listeners of `producer.reload` may have changed these.
      def forget_memoised
        @transactional = @idempotent = nil
      end
    end
  end
end
