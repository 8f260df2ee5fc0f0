# frozen_string_literal: true

module WaterDrop
  class Producer
    # Messages without payload, which delete a record of a compacted topic.
    module Tombstones
      # @param message [Hash] needs `:topic`, `:key` and `:partition`
      # @return [Rdkafka::Producer::DeliveryReport]
      # @raise [Errors::MessageInvalidError]
      # @see Sync#produce_sync
      def tombstone_sync(message)
        produce_sync(tombstone(message))
      end

      # @param message [Hash] needs `:topic`, `:key` and `:partition`
      # @return [Rdkafka::Producer::DeliveryHandle]
      # @raise [Errors::MessageInvalidError]
      # @see Async#produce_async
      def tombstone_async(message)
        produce_async(tombstone(message))
      end

      # @param messages [Array<Hash>]
      # @return [Array<Rdkafka::Producer::DeliveryHandle>]
      # @raise [Errors::MessageInvalidError]
      # @see Sync#produce_many_sync
      def tombstone_many_sync(messages)
        produce_many_sync(messages.map { |message| tombstone(message) })
      end

      # @param messages [Array<Hash>]
      # @return [Array<Rdkafka::Producer::DeliveryHandle>]
      # @raise [Errors::MessageInvalidError]
      # @see Async#produce_many_async
      def tombstone_many_async(messages)
        produce_many_async(messages.map { |message| tombstone(message) })
      end

      private

      def tombstone(message)
        message = message.is_a?(Hash) ? message.merge(payload: nil) : {}
        Contracts::Tombstone.new.validate!(message, Errors::MessageInvalidError)
        message
      end
    end
  end
end
