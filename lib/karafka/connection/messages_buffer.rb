# frozen_string_literal: true

module Karafka
  module Connection
    # What one poll brought, by topic and partition.
    class MessagesBuffer
      NONE = [].freeze
      private_constant :NONE

      def initialize
        clear
      end

      # @param batches [Array<Native::Batch>]
      # @param ends [Array<Array>] `[topic, partition, offset]` of reached ends
      def load(batches, ends)
        @batches = batches
        @ends = ends.empty? ? NONE : ends.map { |topic, partition, _offset| [topic, partition] }.uniq
      end

      # @return [Integer] messages of all partitions
      def size
        @batches.sum(&:size)
      end

      # @yieldparam topic [String]
      # @yieldparam partition [Integer]
      # @yieldparam batch [Native::Batch, nil]
      # @yieldparam eof [Boolean]
      def each
        ends = @ends
        @batches.each do |batch|
          topic = batch.topic
          partition = batch.partition
          eof = !ends.empty? && ends.include?([topic, partition])
          ends -= [[topic, partition]] if eof
          yield(topic, partition, batch, eof)
        end
        ends.each { |topic, partition| yield(topic, partition, nil, true) }
      end

      # Drops what belongs to nobody here any more.
      #
      # @param topic [String]
      # @param partition [Integer]
      def delete(topic, partition)
        @batches = @batches.reject { |batch| batch.partition == partition && batch.topic == topic }
        @ends -= [[topic, partition]]
      end

      # @return [Boolean]
      def empty?
        @batches.empty? && @ends.empty?
      end

      # Forgets everything.
      def clear
        @batches = @ends = NONE
      end
    end
  end
end
