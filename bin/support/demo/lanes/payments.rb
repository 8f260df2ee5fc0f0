# frozen_string_literal: true

require "json"
require "zlib"
require "waterdrop"

module Demo
  module Lanes
    # The payments of the demo, sent once and acknowledged; one of them has no amount.
    class Payments
      # One as Kafka has it.
      Sent = Struct.new(:number, :key, :crc)

      # @return [Hash{Integer => Sent}] by offset
      attr_reader :sent
      # @return [Integer] the number of the one that cannot be made
      attr_reader :poison

      # @param count [Integer]
      def initialize(count)
        @count = count
        # Behind the middle, so that it is within a batch of both acts.
        @poison = count * 11 / 20
        @sent = {}
      end

      # @param servers [String]
      # @param topic [String] empty, with one partition
      # @raise [WaterDrop::Errors::ProduceError]
      def produce(servers, topic)
        producer = WaterDrop::Producer.new do |config|
          config.kafka = { "bootstrap.servers": servers, "enable.idempotence": true }
        end
        messages = Array.new(@count) { |number| { topic:, key: customer(number), payload: payload(number) } }
        offsets = producer.produce_many_sync(messages).map { |handle| handle.create_result.offset }
        @sent = offsets.zip(messages).each_with_index.to_h do |(offset, message), number|
          [offset, Sent.new(number, message[:key], Zlib.crc32(message[:payload]))]
        end
      ensure
        producer&.close
      end

      private

      # Two octal digits: the bytes of such keys add up to every lane of eight equally often.
      def customer(number)
        format("customer-%02o", number % 64)
      end

      def payload(number)
        cents = 100 + (number * 7_919 % 9_900)
        JSON.generate(number == @poison ? { payment: number } : { payment: number, cents: })
      end
    end
  end
end
