# frozen_string_literal: true

module Karafka
  module Messages
    # A batch of one partition, in offset order. What a connection delivered stays native until a
    # message is asked for; then all of them are made at once and stay the same objects.
    class Messages
      include Enumerable

      # @return [Integer] the wall clock, for times that are made to objects when they are asked for
      def self.clock = ::Process.clock_gettime(::Process::CLOCK_REALTIME, :nanosecond)

      # @param messages [Array<Message>, Native::Batch]
      # @param metadata [BatchMetadata, Proc] a Proc makes them, once they are asked for
      def initialize(messages, metadata)
        @batch = messages.is_a?(Native::Batch) ? messages : nil
        # The batch is frozen, what it remembers is not: messages, metadata, when its processing began.
        @memory = [@batch ? nil : messages, metadata, nil]
        freeze
      end

      # @return [BatchMetadata] frozen once the batch is processed
      def metadata
        made = @memory[1]
        return made unless made.is_a?(Proc)

        @memory[1] = made = made.call
        processed(made, @memory[2]) if @memory[2]
        made
      end

      # Its processing begins: that is noted in the metadata, which change no more. For the framework.
      def processed!
        @memory[2] = Messages.clock
        processed(@memory[1], @memory[2]) unless @memory[1].is_a?(Proc)
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

      private

      def processed(metadata, clock)
        metadata.processed_at = Time.at(0, clock, :nsec)
        metadata.freeze
      end
    end
  end
end
