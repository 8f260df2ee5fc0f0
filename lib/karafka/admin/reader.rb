# frozen_string_literal: true

module Karafka
  class Admin
    # A consumer for reading apart from any connection, as `with_consumer` lends it. Brokers are asked
    # again after transient failures. One thread at a time.
    class Reader
      class << self
        # @param kafka [Hash{Symbol => Object}] librdkafka settings
        # @yieldparam reader [Reader] closed afterwards
        # @return [Object] what the block returns
        def open(kafka)
          reader = new(kafka)
          yield(reader)
        ensure
          reader&.close
        end
      end

      # @param kafka [Hash{Symbol => Object}] librdkafka settings
      def initialize(kafka)
        @native = Native::Reader.new(kafka)
        @records = Records.new
        @ready = []
        @events = ClientEvents.new(self, @native, kafka)
        @events.start
      end

      # @param list [Rdkafka::Consumer::TopicPartitionList, Hash] without offsets the committed ones,
      #   else `auto.offset.reset`
      def assign(list)
        @ready.clear
        @native.assign(PartitionLists.rows(list))
      end

      # @return [Rdkafka::Consumer::TopicPartitionList]
      def assignment
        PartitionLists.list(@native.assignment)
      end

      # @param topics [Array<String, Symbol>]
      def subscribe(*topics)
        @native.subscribe(topics.flatten.map { |topic| Names.text(topic) })
      end

      # @return [Array<String>]
      def subscription
        @native.subscription
      end

      # Leaves the group.
      def unsubscribe
        @ready.clear
        @native.unsubscribe
      end

      # @param timeout [Integer] ms
      # @return [Messages::Message, nil] nil after the timeout
      # @raise [Rdkafka::RdkafkaError] also at the end of a partition (`is_partition_eof?`)
      def poll(timeout)
        @ready = poll_many(timeout, 100) if @ready.empty?
        kind, *details = @ready.shift
        case kind
        when :record then @records.message(details)
        when :eof then raise end_of_partition(*details)
        when :error then raise details.first
        end
      end

      # @param timeout [Integer] ms to wait for the first one
      # @param limit [Integer]
      # @return [Array<Array>] `[:record, ...]`, `[:eof, topic, partition, offset]`, `[:error, error]`
      def poll_many(timeout, limit)
        @native.poll(timeout, limit)
      end

      # @param record [Array] of {#poll_many}, without its kind
      # @return [Messages::Message]
      def message(record)
        @records.message(record)
      end

      # @param list [Rdkafka::Consumer::TopicPartitionList, Hash]
      def pause(list)
        rows = PartitionLists.rows(list)
        @ready.reject! { |_, topic, partition| rows.any? { |row| row[0] == topic && row[1] == partition } }
        @native.pause(rows)
      end

      # @param list [Rdkafka::Consumer::TopicPartitionList, Hash]
      def resume(list)
        @native.resume(PartitionLists.rows(list))
      end

      # @param message [#topic, #partition, #offset]
      def seek(message)
        seek_by(message.topic, message.partition, message.offset)
      end

      # @param topic [String, Symbol]
      # @param partition [Integer]
      # @param offset [Integer]
      def seek_by(topic, partition, offset)
        name = Names.text(topic)
        @ready.reject! { |_, *place| place.first(2) == [name, partition] }
        @native.seek([[name, partition, offset]], timeout(:committed))
      end

      # @param list [Rdkafka::Consumer::TopicPartitionList, Hash, nil] the assignment if nil
      # @return [Rdkafka::Consumer::TopicPartitionList] the next offsets to be read
      def position(list = nil)
        PartitionLists.list(@native.position(list ? PartitionLists.rows(list) : @native.assignment))
      end

      # @return [String] `<client.id>#consumer-<n>`
      def name
        @native.name
      end

      # Leaves the group; closing again does nothing.
      def close
        return if closed?

        @events.stop
        @native.close(Admin.max_wait_time)
      rescue ::Rdkafka::AbstractHandle::WaitTimeoutError => e
        # What was read or done stands; the client goes on closing by itself.
        Karafka.logger.warn("#{self.class}: #{e.message}")
      end

      # @return [Boolean]
      def closed?
        @native.closed?
      end

      private

      def timeout(call)
        App.config.internal.connection.proxy.public_send(call).timeout
      end

      def end_of_partition(topic, partition, offset)
        ::Rdkafka::RdkafkaError.new(-191, "#{topic}/#{partition}", details: { topic:, partition:, offset: })
      end
    end
  end
end

require "karafka/admin/reader_queries"
