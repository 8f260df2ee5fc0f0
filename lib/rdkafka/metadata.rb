# frozen_string_literal: true

module Rdkafka
  # What a cluster said about itself.
  class Metadata
    # @return [Array<Hash>] `broker_id:`, `broker_name:`, `broker_port:`
    attr_reader :brokers
    # @return [Array<Hash>] `topic_name:`, `partition_count:`, `partitions:`
    attr_reader :topics

    # @param brokers [Array<Hash>]
    # @param topics [Array<Hash>]
    def initialize(brokers, topics)
      @brokers = brokers
      @topics = topics
    end
  end
end
