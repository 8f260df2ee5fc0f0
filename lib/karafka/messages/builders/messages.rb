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
          # @param scheduled_at [Time, nil] nil: now
          # @return [Karafka::Messages::Messages] its metadata are made when they are asked for
          def call(batch, topic, partition, scheduled_at = nil)
            batch.routed(topic) if batch.is_a?(Native::Batch)
            now = Karafka::Messages::Messages.clock unless scheduled_at
            metadata = lambda do
              BatchMetadata.call(batch, topic, partition, scheduled_at || Time.at(0, now, :nsec))
            end
            Karafka::Messages::Messages.new(batch, metadata)
          end
        end
      end
    end
  end
end
