# frozen_string_literal: true

module Karafka
  module Messages
    # Facts about a batch. Times are wall clock, lags rounded milliseconds.
    BatchMetadata = Struct.new(
      :size, :first_offset, :last_offset, :deserializers, :partition, :topic,
      :created_at, :scheduled_at, :processed_at,
      keyword_init: true
    ) do
      # @return [Integer] ms from the newest message's timestamp to the start of its processing; -1
      #   before that
      def consumption_lag
        processed_at ? milliseconds(created_at) : -1
      end

      # @return [Integer] ms that the batch waited for a worker; -1 before that
      def processing_lag
        processed_at ? milliseconds(scheduled_at) : -1
      end

      private

      def milliseconds(since)
        ((processed_at - since) * 1_000).round
      end
    end
  end
end
