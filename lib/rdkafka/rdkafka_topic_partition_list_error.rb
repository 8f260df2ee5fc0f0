# frozen_string_literal: true

module Rdkafka
  # An error that concerns a list of partitions.
  class RdkafkaTopicPartitionListError < RdkafkaError
    # @return [Consumer::TopicPartitionList]
    attr_reader :topic_partition_list

    # @param code [Integer]
    # @param topic_partition_list [Consumer::TopicPartitionList]
    # @param message_prefix [String, nil]
    def initialize(code, topic_partition_list, message_prefix = nil, **options)
      super(code, message_prefix, **options)
      @topic_partition_list = topic_partition_list
    end
  end
end
