# frozen_string_literal: true

module Karafka
  module Processing
    # Where a message that is sent on came from: pipes and dead letters say so in their headers.
    module Origin
      # @param message [Messages::Message]
      # @param group_id [String] of the consumer group that sends it on
      # @return [Hash{String => String}]
      def self.headers(message, group_id)
        {
          "source_topic" => message.topic, "source_partition" => message.partition.to_s,
          "source_offset" => message.offset.to_s, "source_consumer_group" => group_id
        }
      end
    end
  end
end
