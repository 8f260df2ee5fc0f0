# frozen_string_literal: true

module Karafka
  module Connection
    # What one poll brought, by topic and partition.
    class MessagesBuffer
      # @return [Integer] messages of all partitions
      attr_reader :size

      def initialize
        clear
      end

      # @param batches [Array<Native::Batch>]
      # @param ends [Array<Array>] `[topic, partition, offset]` of reached ends
      def load(batches, ends)
        batches.each { |batch| entry(batch.topic, batch.partition)[0] = batch }
        ends.each { |topic, partition, _offset| entry(topic, partition)[1] = true }
        @size = batches.sum(&:size)
      end

      # @yieldparam topic [String]
      # @yieldparam partition [Integer]
      # @yieldparam batch [Native::Batch, nil]
      # @yieldparam eof [Boolean]
      def each
        @entries.each { |(topic, partition), (batch, eof)| yield(topic, partition, batch, eof) }
      end

      # Drops what belongs to nobody here any more.
      #
      # @param topic [String]
      # @param partition [Integer]
      def delete(topic, partition)
        batch, = @entries.delete([topic, partition])
        @size -= batch.size if batch
      end

      # @return [Boolean]
      def empty?
        @entries.empty?
      end

      # Forgets everything.
      def clear
        @entries = {} unless @entries&.empty?
        @size = 0
      end

      private

      def entry(topic, partition)
        @entries[[topic, partition]] ||= [nil, false]
      end
    end
  end
end
