# frozen_string_literal: true

module WaterDrop
  class Producer
    # Dispatch that waits for Kafka's verdict.
    module Sync
      # Sends a message and waits until Kafka has it.
      #
      # @param message [Hash] `:topic`, `:payload` and more, see the README
      # @return [Rdkafka::Producer::DeliveryReport]
      # @raise [Errors::MessageInvalidError]
      # @raise [Errors::ProduceError] refused, failed, or no verdict in time (see its `cause`)
      # @raise [Errors::ProducerClosedError]
      def produce_sync(message)
        message = prepare(message)
        @monitor.instrument("message.produced_sync", producer_id: id, message:) do
          in_dispatch do
            handle = produce(message, :produce_sync)
            hurry(handle)
            await_verdict(handle)
          end
        end
      rescue *FAILURES => e
        fail_one(e, message, :produce_sync)
      end

      # Sends messages, in order, and waits until Kafka has them all. None is sent if one is invalid.
      #
      # @param messages [Array<Hash>]
      # @return [Array<Rdkafka::Producer::DeliveryHandle>] all resolved
      # @raise [Errors::MessageInvalidError]
      # @raise [Errors::ProduceManyError] with the handles of what was handed over
      # @raise [Errors::ProducerClosedError]
      def produce_many_sync(messages)
        dispatch_many_sync(messages)
      end

      private

      def dispatch_many_sync(messages, variants = nil, handles = [], over = nil)
        messages = prepare_many(messages)
        @monitor.instrument("messages.produced_sync", producer_id: id, messages:) do
          next handles if messages.empty? && !transactional?

          in_dispatch { send_and_await(handles, messages, variants) }
          over&.call
          handles
        end
      rescue *FAILURES => e
        fail_many(e, messages, handles, :produce_many_sync)
      end

      # Whatever happens, every handle gets its verdict before an error leaves; the first one counts.
      def send_and_await(handles, messages, variants)
        first = nil
        begin
          produce_many_into(handles, messages, :produce_many_sync, variants)
        rescue *FAILURES => e
          first = e
        end
        hurry(handles.last) unless handles.empty?
        handles.each do |handle|
          await_verdict(handle)
        rescue ::Rdkafka::AbstractHandle::WaitTimeoutError => e
          raise first || e
        rescue ::Rdkafka::RdkafkaError => e
          first ||= e
        end
        first ? raise(first) : handles
      end

      # Has a message sent now that would otherwise linger for others to join it, as nobody gains from that.
      # Not for fibers of a scheduler, as waiting in the client would stop their whole thread.
      def hurry(handle)
        @client.hurry(handle) if @client.is_a?(Karafka::Native::Producer) && !Fiber.current_scheduler
      end

      def await_verdict(handle)
        handle.wait(max_wait_timeout_ms: current_variant.max_wait_timeout)
      end
    end
  end
end
