# frozen_string_literal: true

module Karafka
  class Admin
    # Lists of partitions in the two shapes there are: `TopicPartitionList`, and rows for the engine.
    module PartitionLists
      class << self
        # @param list [Rdkafka::Consumer::TopicPartitionList, Hash, nil] a Hash as its `to_h`, or
        #   `{ topic => [partitions] }`
        # @return [Array<Array>] topic, partition, offset, leader epoch, text
        def rows(list)
          list.to_h.flat_map do |topic, partitions|
            Array(partitions).map { |partition| row(topic.to_s, partition) }
          end
        end

        # @param rows [Array<Array>]
        # @return [Rdkafka::Consumer::TopicPartitionList]
        def list(rows)
          by_topic = rows.group_by(&:first).transform_values do |members|
            members.map do |_, partition, offset, _, text|
              ::Rdkafka::Consumer::Partition.new(partition, offset, 0, text)
            end
          end
          ::Rdkafka::Consumer::TopicPartitionList.new(by_topic)
        end

        private

        def row(topic, partition)
          return [topic, partition, nil, nil, nil] if partition.is_a?(Integer)

          [topic, partition.partition, position(partition.offset), nil, partition.metadata]
        end

        # Offsets for times are asked for with times. Kafka knows whole milliseconds only.
        def position(offset)
          offset.is_a?(::Time) ? (offset.to_r * 1_000).ceil : offset&.to_i
        end
      end
    end
  end
end
