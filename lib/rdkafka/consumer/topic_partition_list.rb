# frozen_string_literal: true

module Rdkafka
  class Consumer
    # Partitions of topics, each with an offset or without.
    class TopicPartitionList
      # @param data [Hash{String => Array<Partition>, nil}] nil: the topic without partitions
      def initialize(data = nil)
        @data = data || {}
      end

      # @return [Integer] how many partitions; a topic without partitions counts as one
      def count
        @data.sum { |_topic, partitions| partitions ? partitions.size : 1 }
      end

      # @return [Boolean]
      def empty?
        @data.empty?
      end

      # @param topic [String, Symbol]
      # @param partitions [Array<Integer>, Range, Integer, nil] an Integer is a number of partitions
      def add_topic(topic, partitions = nil)
        partitions = 0...partitions if partitions.is_a?(Integer)
        @data[topic.to_s] = partitions&.map { |number| Partition.new(number, nil) }
      end

      # @param topic [String, Symbol]
      # @param partitions_with_offsets [Hash{Integer => Integer}, Array<Partition>]
      def add_topic_and_partitions_with_offsets(topic, partitions_with_offsets)
        @data[topic.to_s] = partitions_with_offsets.map do |partition, offset|
          partition.is_a?(Partition) ? partition : Partition.new(partition, offset)
        end
      end

      # @return [Hash{String => Array<Partition>, nil}]
      def to_h
        @data
      end

      # @return [String]
      def to_s
        "<#{self.class}: #{@data}>"
      end

      # @return [Boolean]
      def ==(other)
        other.is_a?(self.class) && to_h == other.to_h
      end
    end
  end
end
