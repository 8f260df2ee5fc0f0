# frozen_string_literal: true

module Rdkafka
  # What Kafka or librdkafka answered instead of a success. Two errors are equal when their texts are.
  class RdkafkaError < BaseError
    # @return [Integer] the code; librdkafka's own ones are negative
    attr_reader :rdkafka_response
    # @return [String, nil] which operation failed
    attr_reader :message_prefix
    # @return [String, nil] what the broker or librdkafka said beyond the code's description
    attr_reader :broker_message
    # @return [Hash{Symbol => Object}] topic, partition and offset, where known
    attr_reader :details
    # @return [String, nil] `<client.id>#producer-<n>`; only on fatal errors of a whole client
    attr_reader :instance_name

    class << self
      # @param code [Integer]
      # @return [RdkafkaError, nil] nil for 0, which is no error
      def build(code, message_prefix = nil, broker_message: nil, instance_name: nil)
        return if code.is_a?(Integer) && code.zero?

        new(code, message_prefix, broker_message:, instance_name:)
      end

      # @param code [Integer]
      # @return [false] when the code is 0
      # @raise [RdkafkaError]
      def validate!(code, message_prefix = nil, broker_message: nil)
        error = build(code, message_prefix, broker_message:)
        error ? raise(error) : false
      end
    end

    # @param code [Integer]
    # @param message_prefix [String, nil]
    # @raise [TypeError] the code is no Integer
    def initialize(code, message_prefix = nil, broker_message: nil, fatal: false, retryable: false,
                   abortable: false, details: {}, instance_name: nil)
      raise TypeError, "error code must be an Integer, not #{code.inspect}" unless code.is_a?(Integer)

      @rdkafka_response = code
      @message_prefix = message_prefix
      @broker_message = broker_message
      @fatal = fatal
      @retryable = retryable
      @abortable = abortable
      @details = details
      @instance_name = instance_name
      super(to_s)
    end

    # @return [Symbol] lower-case name without leading underscore, like `:msg_timed_out`
    def code
      ErrorCodes.name_of(@rdkafka_response)
    end

    # @return [Boolean] the client cannot be used any more
    def fatal?
      @fatal
    end

    # @return [Boolean] the same call may succeed when repeated
    def retryable?
      @retryable
    end

    # @return [Boolean] the current transaction must be aborted
    def abortable?
      @abortable
    end

    # @return [Boolean]
    def is_partition_eof?
      code == :partition_eof
    end

    # @return [String] `<prefix> - <description> (<code>) [<instance>]`, broker text below
    def to_s
      prefix = "#{@message_prefix} - " if @message_prefix
      instance = " [#{@instance_name}]" if @instance_name
      text = "#{prefix}#{ErrorCodes.description_of(@rdkafka_response)} (#{code})#{instance}"
      @broker_message.nil? || @broker_message.empty? ? text : "#{text}\n#{@broker_message}"
    end

    # @return [Boolean]
    def ==(other)
      other.is_a?(self.class) && to_s == other.to_s
    end
  end
end
