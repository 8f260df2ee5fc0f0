# frozen_string_literal: true

module Karafka
  class Admin
    # Reads a range of one partition.
    class TopicRead
      # Records a poll brings at most.
      BATCH = 500
      private_constant :BATCH

      # @param admin [Admin]
      # @param name [String, Symbol]
      # @param partition [Integer]
      # @param settings [Hash{Symbol => Object}] librdkafka settings
      def initialize(admin, name, partition, settings)
        @admin = admin
        @topic = Names.text(name)
        @partition = partition
        @settings = settings
      end

      # @param count [Integer]
      # @param start [Integer, Time]
      # @return [Array<Messages::Message>]
      # @raise [ArgumentError] start is neither
      def call(count, start)
        found = []
        each(count, start) { |message| found << message }
        found
      end

      # As {#call}, without keeping anything.
      #
      # @yieldparam message [Messages::Message]
      def each(count, start, &sink)
        raise ArgumentError, "start must be an Integer or a Time, not #{start.inspect}" unless valid?(start)

        @admin.with_consumer(@settings) do |reader|
          low, high = reader.query_watermark_offsets(@topic, @partition)
          range = range(reader, count, start, low, high)
          read(reader, range, &sink) if range.any?
        end
      end

      private

      def valid?(start)
        start.is_a?(Integer) || start.is_a?(::Time)
      end

      # Offsets that were asked for and that there are.
      def range(reader, count, start, low, high)
        first = first_offset(reader, count, start, low, high)
        return 0...0 unless first

        [first, low].max...[first + count, high].min
      end

      def first_offset(reader, count, start, low, high)
        return offset_at(reader, start) if start.is_a?(::Time)
        return start unless start.negative?

        first = high - count - start.abs + 1
        first.negative? ? low : first
      end

      def offset_at(reader, time)
        list = ::Rdkafka::Consumer::TopicPartitionList.new
        list.add_topic_and_partitions_with_offsets(@topic, { @partition => time })
        reader.offsets_for_times(list).to_h.fetch(@topic).first.offset
      end

      # Offsets without a record (compacted, aborted, markers) count as read: the end of the range is
      # what a later record or the end of the partition tells.
      def read(reader, range, &sink)
        reader.assign(start_list(range.first))
        deadline = nil
        loop do
          polled = reader.poll_many(Admin.poll_timeout, BATCH)
          deadline = Admin.monotonic_now + Admin.max_wait_time if deadline.nil? || polled.any?
          return if take(reader, polled, range, &sink)

          ensure_in_time(deadline, range)
        end
      end

      # @return [Boolean] the range is complete
      def take(reader, polled, range)
        polled.each do |kind, *details|
          case kind
          when :eof then return true
          when :error then raise details.first unless Retrying::TRANSIENT.include?(details.first.code)
          when :record
            offset = details[2]
            yield(reader.message(details)) if range.cover?(offset)
            return true if offset >= range.end - 1
          end
        end
        false
      end

      def start_list(offset)
        list = ::Rdkafka::Consumer::TopicPartitionList.new
        list.add_topic_and_partitions_with_offsets(@topic, { @partition => offset })
        list
      end

      def ensure_in_time(deadline, range)
        return if Admin.monotonic_now < deadline

        raise ::Rdkafka::AbstractHandle::WaitTimeoutError,
              "reading #{range} of #{@topic}/#{@partition}: nothing came for #{Admin.max_wait_time} ms"
      end
    end
  end
end
