# frozen_string_literal: true

module Karafka
  module Messages
    module Builders
      # Batches out of native ones.
      module Messages
        class << self
          # @param batch [Native::Batch, Array<Message>] no message is made of a native one yet
          # @param topic [Routing::Topic]
          # @param partition [Integer]
          # @param scheduled_at [Time]
          # @return [Karafka::Messages::Messages]
          def call(batch, topic, partition, scheduled_at)
            batch.routed(topic) if batch.is_a?(Native::Batch)
            metadata = BatchMetadata.call(batch, topic, partition, scheduled_at)
            Karafka::Messages::Messages.new(batch, metadata)
          end
        end
      end
    end
  end
end
