# frozen_string_literal: true

module Rdkafka
  # Values of the consuming side.
  class Consumer
    autoload :Partition, "rdkafka/consumer/partition"
    autoload :TopicPartitionList, "rdkafka/consumer/topic_partition_list"
  end
end
