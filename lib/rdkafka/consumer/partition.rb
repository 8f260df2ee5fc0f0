# frozen_string_literal: true

module Rdkafka
  class Consumer
    # One partition of a {TopicPartitionList}.
    class Partition
      # @return [Integer]
      attr_reader :partition
      # @return [Integer, nil]
      attr_reader :offset
      # @return [Integer] error code of this partition, 0 if there is none
      attr_reader :err
      # @return [String, nil] the text committed beside the offset
      attr_reader :metadata

      # @param partition [Integer]
      # @param offset [Integer, nil]
      # @param err [Integer]
      # @param metadata [String, nil]
      def initialize(partition, offset, err = 0, metadata = nil)
        @partition = partition
        @offset = offset
        @err = err
        @metadata = metadata
      end

      # @return [String]
      def to_s
        parts = ["#{self.class} partition=#{partition}"]
        parts << "offset=#{offset}" if offset
        parts << "err=#{err}" unless err.zero?
        parts << "metadata=#{metadata}" if metadata
        "<#{parts.join(" ")}>"
      end
      alias inspect to_s

      # @return [Boolean] same number and same offset
      def ==(other)
        other.is_a?(self.class) && partition == other.partition && offset == other.offset
      end
    end
  end
end
