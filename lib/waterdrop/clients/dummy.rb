# frozen_string_literal: true

module WaterDrop
  module Clients
    # Sends nothing and answers every method. Used when `deliver` is false.
    class Dummy
      # The handle of a message that went nowhere: delivered at once.
      class Handle < ::Rdkafka::Producer::DeliveryHandle
        # @param topic [String]
        # @param partition [Integer]
        # @param offset [Integer]
        # @param label [Object, nil]
        def self.new(topic, partition, offset, label = nil)
          settled(topic, partition, offset, 0).tap { |handle| handle.label = label }
        end

        # @return [Rdkafka::Producer::DeliveryReport] without waiting
        def wait(*_args, **_options)
          create_result
        end
      end

      # @param _producer [Producer, nil]
      def initialize(_producer = nil)
        @offsets = Hash.new { |offsets, place| offsets[place] = -1 }
      end

      # @param topic [String, Symbol]
      # @param partition [Integer]
      # @return [Handle]
      def produce(topic:, partition: 0, label: nil, **_message)
        partition = 0 if partition.nil? || partition.negative?
        Handle.new(topic.to_s, partition, @offsets[[topic.to_s, partition]] += 1, label)
      end

      # @return [Integer] 0
      def queue_size
        0
      end
      alias queue_length queue_size

      def respond_to_missing?(*_args)
        true
      end

      # @return [Dummy] itself, whatever was asked
      def method_missing(*_args)
        self || super
      end
    end
  end
end
