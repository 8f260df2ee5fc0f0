# frozen_string_literal: true

module Karafka
  module Native
    # What Ruby adds to a native batch: what all of its messages share. Views of a batch (`view`,
    # `exclude`, `only`, `lanes_by_*`) take it over.
    class Batch
      attr_writer :deserializers, :topic_name, :parallel_decryption
      # @return [Opened, nil] its payloads, once one of them was to be decrypted
      attr_accessor :opened

      # @param topic [Routing::Topic] what its messages deserialize with and are named after
      # @return [Batch] self
      def routed(topic)
        @route = topic
        self
      end

      # @return [Struct] the topic's deserializers
      def deserializers = @deserializers ||= @route&.deserializers

      # @return [String] one String for all messages
      def topic_name = @topic_name ||= @route&.name

      # @return [Boolean, nil] whether payloads are decrypted together; nil where that gains
      def parallel_decryption
        @parallel_decryption.nil? ? @route&.parallel_decryption : @parallel_decryption
      end

      # The same messages with their objects made: every later view of it hands out these very objects,
      # so what code of the user read (a payload, say) stays read. Messages count on the batch they were
      # made from, not on this view: one that is kept keeps no other.
      #
      # @return [Batch] self, if the objects were made before
      def with_messages
        return self if @made

        made = messages(Messages::Message)
        exclude([]).tap { |view| view.instance_variable_set(:@made, made) }
      end

      # @return [Boolean] a payload is JSON that is read here, as nothing but {Deserializers::JSON} sees it
      def json?
        return @json unless @json.nil?

        payload = deserializers.payload
        @json = Messages::Message.parser.instance_of?(Messages::Parser) &&
                (payload.equal?(Deserializers::JSON) || payload.instance_of?(Deserializers::JSON))
      end

      # @return [Time] one object for all messages of the batch
      def received_time
        @received_time ||= Time.at(0, received_at, :millisecond)
      end

      # @return [Time, nil] timestamp of the last message
      def last_time
        milliseconds = timestamp(size - 1)
        milliseconds && Time.at(0, milliseconds, :millisecond)
      end
    end
  end
end
