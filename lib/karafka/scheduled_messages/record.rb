# frozen_string_literal: true

module Karafka
  module ScheduledMessages
    # One record of the topic where messages wait: a schedule, a tombstone, or something else.
    class Record
      SUPPORTED = Gem::Version.new(SCHEMA_VERSION)
      private_constant :SUPPORTED

      # @return [String]
      attr_reader :topic
      # @return [Integer]
      attr_reader :partition
      # @return [Integer]
      attr_reader :offset
      # @return [String, nil]
      attr_reader :key
      # @return [Integer, nil] seconds, when it is due; nil of what is no schedule
      attr_reader :epoch

      # @param message [Messages::Message]
      # @raise [Errors::IncompatibleSchemaError] a newer version wrote it: nothing after it may be dispatched
      def initialize(message)
        @message = message
        @topic = message.topic
        @partition = message.partition
        @offset = message.offset
        @key = message.raw_key
        @headers = message.raw_headers
        verify_version
        @epoch = read_epoch
      end

      # @return [Boolean] it takes away what was scheduled under its key
      def tombstone?
        !@key.nil? && @message.tombstone?
      end

      # @return [Boolean] it schedules a message
      def schedule?
        !@epoch.nil?
      end

      # @return [Integer, nil] of a tombstone after a dispatch: which record was dispatched
      def source_offset
        integer(@headers[Headers::SOURCE_OFFSET])
      end

      # @return [String, nil] why it cannot be read, though it looks like a schedule
      def problem
        return if tombstone? || schedule? || !@headers.key?(Headers::EPOCH)

        missing = Headers::REQUIRED.reject { |name| @headers[name].is_a?(String) }
        return "lacks #{missing.join(", ")}" unless missing.empty?
        return "has no key" if @key.nil?

        "has no epoch in seconds" if integer(@headers[Headers::EPOCH]).nil?
      end

      # Copies what is sent later, so that the memory of the whole batch can go.
      #
      # @return [Record] self
      def detach
        fields = Encryption::Forwarding.new(@message, sealed: true).fields
        @payload = fields[:payload]
        @headers = fields[:headers]
        @message = nil
        self
      end

      # Of a detached record.
      #
      # @return [Hash{Symbol => Object}] the message for its target, with a trace of where it waited
      def target
        {
          topic: @headers[Headers::TARGET], payload: @payload, key: text(Headers::TARGET_KEY),
          partition: integer(@headers[Headers::TARGET_PARTITION]),
          partition_key: text(Headers::TARGET_PARTITION_KEY),
          headers: @headers.merge(
            Headers::SOURCE_TOPIC => @topic, Headers::SOURCE_PARTITION => @partition.to_s,
            Headers::SOURCE_OFFSET => @offset.to_s, Headers::SOURCE_KEY => @key
          )
        }.compact
      end

      # Of a detached record.
      #
      # @return [Hash{Symbol => Object}] the record itself, once more
      def again
        { topic: @topic, partition: @partition, key: @key, payload: @payload, headers: @headers }
      end

      private

      def verify_version
        version = @headers[Headers::VERSION]
        return if version.nil? || version == SCHEMA_VERSION
        return unless version.is_a?(String) && Gem::Version.correct?(version)
        return unless Gem::Version.new(version) > SUPPORTED

        raise Errors::IncompatibleSchemaError,
              "#{@topic}/#{@partition} has a record of schema #{version} at offset #{@offset}: " \
              "nothing is sent until this version, which reads #{SCHEMA_VERSION} at most, is upgraded"
      end

      def read_epoch
        return if @key.nil? || @message.tombstone? || @headers[Headers::TYPE] != "schedule"
        return unless Headers::REQUIRED.all? { |name| @headers[name].is_a?(String) }

        integer(@headers[Headers::EPOCH])
      end

      def text(name)
        value = @headers[name]
        value if value.is_a?(String) && !value.empty?
      end

      def integer(value)
        value.to_i if value.is_a?(String) && value.match?(/\A\d{1,18}\z/)
      end
    end
  end
end
