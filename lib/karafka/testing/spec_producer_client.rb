# frozen_string_literal: true

require "karafka/testing"
require "waterdrop"

module Karafka
  module Testing
    # The client of a producer under test. Keeps what is sent, numbers it as Kafka would, and hands it
    # to the example, which delivers it to its consumers; what a transaction sends, after its commit.
    # Works without an example, too:
    #
    #   allow(producer).to receive(:client).and_return(Karafka::Testing::SpecProducerClient.new(self))
    class SpecProducerClient < ::WaterDrop::Clients::Buffered
      # Where {#at_offset} leaves the offset for messages of the calling fiber.
      OFFSET = :karafka_testing_offset
      private_constant :OFFSET

      # @param example [Example, Object] told of each message if it delivers messages
      def initialize(example)
        super(nil)
        @example = example
        @uncommitted = nil
      end

      # @param message [Hash]
      # @return [WaterDrop::Clients::Dummy::Handle]
      def produce(message)
        handle = super
        offset = Thread.current[OFFSET]
        sent = offset ? message.merge(offset:) : message.dup
        @uncommitted ? @uncommitted << sent : tell(sent)
        handle
      end

      def begin_transaction
        @uncommitted = []
        super
      end

      def commit_transaction
        super
        committed = @uncommitted
        @uncommitted = nil
        committed&.each { |message| tell(message) }
        true
      end

      def abort_transaction
        @uncommitted = nil
        super
      end

      # Runs the block; what it sends reaches consumers with this offset.
      #
      # @param offset [Integer, nil] nil leaves the number to the example
      def at_offset(offset)
        outer = Thread.current[OFFSET]
        Thread.current[OFFSET] = offset
        yield
      ensure
        Thread.current[OFFSET] = outer
      end

      private

      def tell(message)
        return unless @example.respond_to?(:_karafka_add_message_to_consumer_if_needed)

        # What consumers and hooks send from here on is another message.
        at_offset(nil) { @example._karafka_add_message_to_consumer_if_needed(message) }
      end
    end
  end
end
