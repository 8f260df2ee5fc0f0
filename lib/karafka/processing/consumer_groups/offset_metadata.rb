# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # The text beside a committed offset, as consumers write and read it.
      module OffsetMetadata
        autoload :Fetcher, "karafka/processing/consumer_groups/offset_metadata/fetcher"

        # @param text [Object]
        # @raise [ArgumentError] neither a String nor nil
        def self.check(text)
          return if text.nil? || text.is_a?(String)

          raise ArgumentError, "offset metadata must be a String or nil, not #{text.inspect}"
        end

        # Keeps a text for the next mark that stores an offset and brings none itself, the framework's own
        # marks included. Lost with the partition.
        #
        # @param text [String, nil] nil takes a waiting one back
        # @raise [ArgumentError] neither a String nor nil
        def store_offset_metadata(text)
          OffsetMetadata.check(text)
          coordinator.state.waiting_metadata = text
          nil
        end

        # What was committed beside this partition's offset. With the cache, as it was when first read in
        # this assignment, whatever was marked since.
        #
        # @return [Object, false] what the topic's deserializer makes of the text; false once the partition
        #   is lost
        # @raise [Rdkafka::RdkafkaError] the broker could not be asked, after retries
        def offset_metadata
          return false if revoked?

          Fetcher.find(topic, partition)
        end
      end
    end
  end
end
