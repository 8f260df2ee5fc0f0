# frozen_string_literal: true

module Karafka
  module ScheduledMessages
    # Sends what is due, then takes its records away. With a transactional producer both happen or neither;
    # otherwise the record goes once the target has the message, so a crash between the two repeats it.
    # Belongs to the consumer of one partition.
    class Dispatcher
      # What an aborted transaction says of messages that were not to blame.
      BYSTANDERS = %i[purge_queue purge_inflight].freeze
      # Nobody answered: what else is due would wait as long, for nothing.
      SILENCE = %i[msg_timed_out timed_out transport queue_full].freeze
      private_constant :BYSTANDERS, :SILENCE

      def initialize
        # Of messages that were sent: they go first, or a later pass would send again.
        @tombstones = []
      end

      # One pass. A message that its target refuses holds no other up, and is tried again in the next pass.
      # Where nobody answers the pass ends.
      #
      # @param day [Day]
      # @yieldreturn [Boolean] asked before each flush: go on
      # @return [nil]
      # @raise [WaterDrop::Errors::BaseError, Rdkafka::RdkafkaError] the first refusal, or what ended the pass
      def call(day)
        refused = {}
        bury
        while yield
          records = day.due(limit, without: refused.keys)
          break if records.empty?

          failures = flush(day, records)
          silent = failures.each_value.find { |error| silence?(error) }
          raise silent if silent && failures.size == records.size

          refused.update(failures)
        end
        raise refused.values.first unless refused.empty?
      end

      private

      def producer
        ScheduledMessages.producer
      end

      def limit
        App.config.scheduled_messages.flush_batch_size
      end

      # @return [Hash{Record => Exception}] what was refused
      def flush(day, records)
        return flush_in_transaction(day, records) if producer.transactional?

        refused = failures(records.to_h { |record| [record, hand_over(record)] })
        (records - refused.keys).each do |record|
          day.dispatched(record)
          @tombstones << Envelope.tombstone(record)
        end
        bury
        refused
      end

      def flush_in_transaction(day, records)
        given = {}
        producer.transaction do
          records.each { |record| given[record] = hand_over(record) }
          blame = given.each_value.grep(Exception).first
          raise blame if blame

          producer.produce_many_async(records.map { |record| Envelope.tombstone(record) })
        end
        records.each { |record| day.dispatched(record) }
        {}
      rescue WaterDrop::Errors::BaseError, Rdkafka::RdkafkaError
        refused = failures(given).reject { |_, error| bystander?(error) }
        refused.empty? ? raise : refused
      end

      # @return [Object] its handle, or what refused it
      def hand_over(record)
        producer.produce_async(record.target)
      rescue WaterDrop::Errors::MessageInvalidError, WaterDrop::Errors::ProduceError => e
        e
      end

      # Waits for the answer to each.
      def failures(given)
        given.transform_values { |answer| answer.is_a?(Exception) ? answer : failure(answer) }.compact
      end

      # What had no answer in time may come twice, never not at all.
      def failure(handle)
        handle.wait(max_wait_timeout_ms: producer.config.max_wait_timeout)
        nil
      rescue Rdkafka::RdkafkaError, Rdkafka::AbstractHandle::WaitTimeoutError => e
        e
      end

      def silence?(error)
        return true if error.is_a?(Rdkafka::AbstractHandle::WaitTimeoutError)

        error = error.cause if error.is_a?(WaterDrop::Errors::ProduceError)
        error.is_a?(Rdkafka::RdkafkaError) && SILENCE.include?(error.code)
      end

      def bystander?(error)
        error.is_a?(Rdkafka::RdkafkaError) && BYSTANDERS.include?(error.code)
      end

      def bury
        return if @tombstones.empty?

        producer.produce_many_sync(@tombstones)
        @tombstones.clear
      end
    end
  end
end
