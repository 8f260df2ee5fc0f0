# frozen_string_literal: true

module Karafka
  module Messages
    module Builders
      # Metadata of a batch.
      module BatchMetadata
        # Offset of an empty batch, as librdkafka writes an invalid one.
        NO_OFFSET = -1001

        class << self
          # @param messages [Array<Message>, Messages, Native::Batch]
          # @param topic [Routing::Topic]
          # @param partition [Integer]
          # @param scheduled_at [Time]
          # @return [Messages::BatchMetadata] `processed_at` is still nil
          def call(messages, topic, partition, scheduled_at)
            native = messages.is_a?(Native::Batch)
            Karafka::Messages::BatchMetadata.new(
              size: messages.size,
              first_offset: (native ? messages.first_offset : messages.first&.offset) || NO_OFFSET,
              last_offset: (native ? messages.last_offset : messages.last&.offset) || NO_OFFSET,
              deserializers: topic.deserializers,
              partition:,
              topic: topic.name,
              created_at: created_at(native ? messages.last_time : messages.last&.timestamp, scheduled_at),
              scheduled_at:,
              processed_at: nil
            )
          end

          private

          # A consumer's clock behind the broker's must not give a negative lag.
          def created_at(timestamp, scheduled_at)
            timestamp && timestamp < scheduled_at ? timestamp : scheduled_at
          end
        end
      end
    end
  end
end
