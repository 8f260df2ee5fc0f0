# frozen_string_literal: true

module WaterDrop
  class Producer
    # Dispatch without waiting for Kafka.
    module Async
      # Hands a message over and returns.
      #
      # @param message [Hash] `:topic`, `:payload` and more, see the README
      # @return [Rdkafka::Producer::DeliveryHandle]
      # @raise [Errors::MessageInvalidError]
      # @raise [Errors::ProduceError] librdkafka refused the message
      # @raise [Errors::ProducerClosedError]
      def produce_async(message)
        if @shortcut && middleware.empty?
          handle = @shortcut.dispatch(client, message)
          return handle if handle
        end

        message = prepare(message)
        @monitor.instrument("message.produced_async", producer_id: id, message:) do
          in_dispatch { produce(message, :produce_async) }
        end
      rescue *FAILURES => e
        fail_one(e, message, :produce_async)
      end

      # Hands messages over, in order, and returns. None is sent if one is invalid.
      #
      # @param messages [Array<Hash>]
      # @return [Array<Rdkafka::Producer::DeliveryHandle>]
      # @raise [Errors::MessageInvalidError]
      # @raise [Errors::ProduceManyError] with the handles of what was handed over
      # @raise [Errors::ProducerClosedError]
      def produce_many_async(messages)
        handles = []
        if @shortcut && messages.is_a?(Array) && middleware.empty?
          @shortcut.dispatch_many(client, messages, handles)
          return handles if handles.size == messages.size && !handles.empty?
        end

        dispatch_many_async(messages, nil, handles)
      end

      private

      # @param handles [Array] of the first messages, where those were handed over already
      # @param over [Proc, nil] called when all are, before anybody is told
      def dispatch_many_async(messages, variants = nil, handles = [], over = nil)
        messages = prepare_many(messages)
        @monitor.instrument("messages.produced_async", producer_id: id, messages:) do
          next handles if messages.empty? && !transactional?

          in_dispatch { produce_many_into(handles, messages, :produce_many_async, variants) }
          over&.call
          handles
        end
      rescue *FAILURES => e
        fail_many(e, messages, handles, :produce_many_async)
      end
    end
  end
end
