# frozen_string_literal: true

module WaterDrop
  module Contracts
    # A message before it is sent. Producers ask it only about messages that their native check could
    # not pass (`Karafka::Native::Producer.plainly_valid?`), which must never pass more than this.
    class Message < Karafka::Core::Contractable::Contract
      configure do |config|
        config.error_messages = MESSAGES.merge(
          "payload_max_payload_size" => "is larger than max_payload_size",
          "headers_keys" => "all names need to be Strings",
          "headers_values" => "all values need to be Strings or Arrays of Strings"
        )
      end

      # What Kafka allows in names.
      TOPIC = /\A(\w|-|\.)+\z/
      TEXT_OR_NIL = ->(value, *) { value.nil? || (value.is_a?(String) && !value.empty?) }
      # Kafka's numbers of partitions and milliseconds.
      PARTITIONS = (-1..((2**31) - 1))
      TIMES = (-(2**63)..((2**63) - 1))
      HEADER = ->(value) { value.is_a?(String) || (value.is_a?(Array) && value.all?(String)) }
      private_constant :TOPIC, :TEXT_OR_NIL, :PARTITIONS, :TIMES, :HEADER

      required(:topic) do |topic|
        (topic.is_a?(String) || topic.is_a?(Symbol)) && TOPIC.match?(topic.to_s.b)
      end
      required(:payload) { |payload| payload.nil? || payload.is_a?(String) }
      optional(:key, &TEXT_OR_NIL)
      optional(:partition) { |partition| partition.is_a?(Integer) && PARTITIONS.cover?(partition) }
      optional(:partition_key, &TEXT_OR_NIL)
      optional(:timestamp) do |timestamp|
        timestamp.nil? || timestamp.is_a?(Time) || (timestamp.is_a?(Integer) && TIMES.cover?(timestamp))
      end
      optional(:headers) { |headers| headers.nil? || headers.is_a?(Hash) }

      virtual do |message, errors|
        next if errors.any? || !message[:headers]

        headers = message[:headers]
        next [%i[headers keys]] unless headers.keys.all?(String)

        [%i[headers values]] unless headers.values.all?(&HEADER)
      end

      virtual do |message, errors, contract|
        next if errors.any? || message[:payload].nil?

        [%i[payload max_payload_size]] if message[:payload].bytesize > contract.max_payload_size
      end

      # @return [Integer] bytes
      attr_reader :max_payload_size

      # @param max_payload_size [Integer] bytes
      def initialize(max_payload_size)
        super()
        @max_payload_size = max_payload_size
      end

      # @param message [Object] anything; what is no Hash lacks everything
      def call(message, **options)
        super(message.is_a?(Hash) ? message : {}, **options)
      end
    end
  end
end
