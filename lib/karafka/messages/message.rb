# frozen_string_literal: true

module Karafka
  module Messages
    # One message. Those that a connection delivers are made by `Native::Batch#messages` with nothing
    # but a native batch (`@batch`) and a place in it (`@index`); whatever is asked for is read from
    # there then. Those that specs build with {#initialize} have neither.
    class Message
      class << self
        # @param parser [#call, nil] nil looks it up again
        attr_writer :parser

        # @return [#call] the app's parser, looked up at the first deserialization of the process
        def parser
          @parser ||= App.config.internal.messages.parser
        end
      end

      # @param raw_payload [String, nil]
      # @param metadata [Metadata]
      def initialize(raw_payload, metadata)
        @raw_payload = raw_payload
        @metadata = metadata
      end

      # @return [String, nil] binary; nil for a tombstone
      # @raise [Errors::MessageClearedError] after {#clean!}
      def raw_payload
        return @raw_payload if @raw_payload
        return @raw_payload = @batch.raw_payload(@index) if @batch
        raise Errors::MessageClearedError if @cleaned
      end

      # Replaces the raw payload; a payload that was read already stays.
      #
      # @param raw_payload [String, nil]
      def raw_payload=(raw_payload)
        # From here on nothing is read from the native batch any more.
        metadata
        @batch = nil
        @raw_payload = raw_payload
      end

      # @return [Object] deserialized at first access, then kept, also nil and false
      # @raise [Errors::MessageClearedError] after {#clean!}
      # @raise [StandardError] what the deserializer raises; the next access tries again
      def payload
        return @payload if @deserialized
        raise Errors::MessageClearedError if @cleaned

        payload = Message.parser.call(self)
        @deserialized = true
        @payload = payload
      end

      # Reads one value of the payload. With `Native::Deserializers::JSON` nothing else is built, and
      # {#deserialized?} stays false; any other deserializer gives the whole payload first.
      #
      # @param pointer [String] JSON pointer (RFC 6901), such as `"/order/lines/0/price"`
      # @return [Object, nil] nil where nothing is
      # @raise [ArgumentError] for what is no pointer
      # @raise [Errors::MessageClearedError] after {#clean!}
      # @raise [StandardError] what the deserializer raises
      def payload_at(pointer)
        return Pointer.read(@payload, pointer) if @deserialized

        if @batch&.json? && !@raw_payload
          value = Native::Documents.find(@batch, @index, pointer)
          return value unless value.is_a?(Symbol)
        end
        raise Errors::MessageClearedError if @cleaned

        parser = Message.parser
        parser.respond_to?(:call_at) ? parser.call_at(self, pointer) : Pointer.read(payload, pointer)
      end

      # @return [Boolean] the payload was deserialized
      def deserialized?
        @deserialized ? true : false
      end

      # @return [Native::Batch, nil] what it reads from; nil where its bytes were given or replaced
      def native_batch = @batch

      # @return [Integer, nil] its place in {#native_batch}
      def native_index = @index

      # The raw payload is plaintext from now on. For {Encryption}.
      #
      # @param plaintext [String]
      def decrypted!(plaintext)
        @raw_payload = plaintext
        @decrypted = true
      end

      # @return [Boolean] the raw payload was encrypted and is plaintext now
      def decrypted?
        @decrypted ? true : false
      end

      # @return [Boolean] a key without payload: the record deletes its key in a compacted topic
      def tombstone?
        @cleaned ? @tombstone : !raw_key.nil? && raw_payload.nil?
      end

      # Frees the payload, and with `metadata` key and headers. {#tombstone?} keeps its answer.
      #
      # @param metadata [Boolean]
      # @return [nil]
      def clean!(metadata: true)
        @tombstone = tombstone?
        self.metadata.clean! if metadata
        self.metadata.message = nil
        @batch = @payload = @raw_payload = nil
        @deserialized = false
        @cleaned = true
        nil
      end

      # @return [Boolean] {#clean!} was called
      def cleaned?
        @cleaned ? true : false
      end

      # @return [Metadata] made at first access
      def metadata
        @metadata ||= Metadata.new(
          message: self, timestamp:, offset:, deserializers:, partition:, received_at:, topic:, raw_headers:,
          raw_key:
        )
      end

      # @return [Integer]
      def offset
        @metadata ? @metadata.offset : @batch.offset(@index)
      end

      # @return [Time, nil] millisecond precision
      def timestamp
        return @metadata.timestamp if @metadata

        milliseconds = @batch.timestamp(@index)
        milliseconds && Time.at(0, milliseconds, :millisecond)
      end

      # @return [Integer]
      def partition
        @metadata ? @metadata.partition : @batch.partition
      end

      # @return [String]
      def topic
        @metadata ? @metadata.topic : @batch.topic_name
      end

      # @return [Time] when the poll that brought it ended
      def received_at
        @metadata ? @metadata.received_at : @batch.received_time
      end

      # @return [Struct] the topic's deserializers
      def deserializers
        @metadata ? @metadata.deserializers : @batch.deserializers
      end

      # @return [String, nil] binary
      def raw_key
        @metadata ? @metadata.raw_key : @batch.raw_key(@index)
      end

      # @return [Hash{String => String, Array<String>}] frozen, binary
      def raw_headers
        @metadata ? @metadata.raw_headers : @batch.raw_headers(@index)
      end

      # @return [Object] key, deserialized
      def key
        metadata.key
      end

      # @return [Object] headers, deserialized
      def headers
        metadata.headers
      end

      # @return [Integer, nil] of the partition leader that wrote it (KIP-320)
      def leader_epoch
        @batch&.leader_epoch(@index)
      end

      # @return [String] place and size; never the payload, which may be secret or huge
      def inspect
        "#<#{self.class.name} topic=#{topic.inspect} partition=#{partition} offset=#{offset}>"
      end
    end
  end
end
