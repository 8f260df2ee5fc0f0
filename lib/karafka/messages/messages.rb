# frozen_string_literal: true

module Karafka
  module Messages
    # A batch of one partition, in offset order. What a connection delivered stays native until a
    # message is asked for; then all of them are made at once and stay the same objects.
    class Messages
      include Enumerable

      # @return [BatchMetadata]
      attr_reader :metadata

      # @param messages [Array<Message>, Native::Batch]
      # @param metadata [BatchMetadata]
      def initialize(messages, metadata)
        @metadata = metadata
        @batch = messages.is_a?(Native::Batch) ? messages : nil
        # The batch is frozen, what it remembers is not.
        @memory = [@batch ? nil : messages]
        freeze
      end

      # @yieldparam message [Message]
      # @return [Enumerator] without a block
      def each(&block)
        block ? raw.each(&block) : raw.each
      end

      # @return [Array<Object>] every payload, deserialized
      def payloads
        raw.map(&:payload)
      end

      # @return [Array<String, nil>] without deserializing anything
      def raw_payloads
        @memory[0] ? raw.map(&:raw_payload) : @batch.raw_payloads
      end

      # Deserializes every payload.
      def deserialize!
        raw.each(&:payload)
      end

      # @return [Message, nil]
      def first
        raw.first
      end

      # @return [Message, nil]
      def last
        raw.last
      end

      # @return [Integer]
      def size
        (@memory[0] || @batch).size
      end

      # @return [Integer] a block is ignored
      def count
        size
      end

      # @return [Boolean]
      def empty?
        size.zero?
      end

      # @return [Array<Message>] a copy
      def to_a
        raw.dup
      end

      # The live Array. For the framework, whose own walks must not pass through a patched {#each}.
      #
      # @return [Array<Message>]
      def raw
        @memory[0] ||= @batch.messages(Message)
      end

      # @return [String] never walks the messages
      def inspect
        "#<#{self.class.name} size=#{size} topic=#{metadata.topic.inspect} partition=#{metadata.partition}>"
      end
    end
  end
end
