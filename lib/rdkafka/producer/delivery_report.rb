# frozen_string_literal: true

module Rdkafka
  class Producer
    # What became of one message.
    class DeliveryReport
      # @return [Integer] partition it went to, -1 if that was never decided
      attr_reader :partition
      # @return [Integer] its offset; -1001 after a failure, and with `acks` 0
      attr_reader :offset
      # @return [String]
      attr_reader :topic_name
      # @return [RdkafkaError, Integer, nil] from a handle: the error or nil; inside events: its
      #   code, 0 on success
      attr_reader :error
      # @return [Object, nil] what the message carried as `label`
      attr_reader :label

      alias topic topic_name

      # @param partition [Integer]
      # @param offset [Integer]
      # @param topic_name [String]
      # @param error [RdkafkaError, Integer, nil]
      # @param label [Object, nil]
      def initialize(partition, offset, topic_name = nil, error = nil, label = nil)
        @partition = partition
        @offset = offset
        @topic_name = topic_name
        @error = error
        @label = label
      end
    end
  end
end
