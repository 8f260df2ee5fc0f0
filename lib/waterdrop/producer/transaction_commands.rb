# frozen_string_literal: true

module WaterDrop
  class Producer
    # The native calls of a transaction, with what their errors ask for: another attempt, an abort, a
    # new client.
    module TransactionCommands
      private

      def begin_transaction
        @monitor.instrument("transaction.started", producer_id: id) do
          command(:begin) { client.begin_transaction }
        end
      end

      def commit_transaction
        @monitor.instrument("transaction.committed", producer_id: id) do
          command(:commit) { client.commit_transaction }
          # Whatever a listener raises from here on, there is nothing to abort.
          @transaction.ended = true
          @callbacks_poller&.settle
        end
        @reload_attempts = 0
      end

      def abort_transaction
        @transaction.ended = true
        @monitor.instrument("transaction.aborted", producer_id: id) do
          command(:abort) { client.abort_transaction }
          @callbacks_poller&.settle
        end
      end

      def store_offset(consumer, message, offset_metadata)
        tpl = ::Rdkafka::Consumer::TopicPartitionList.new
        partition = ::Rdkafka::Consumer::Partition.new(
          message.partition, message.offset + 1, 0, offset_metadata
        )
        tpl.add_topic_and_partitions_with_offsets(message.topic, [partition])
        timeout = current_variant.max_wait_timeout
        command(:store_offset) { client.send_offsets_to_transaction(consumer, tpl, timeout) }
      end

      # @param name [Symbol] `:begin`, `:commit`, `:abort` or `:store_offset`
      # @raise [Rdkafka::RdkafkaError] that no attempt could mend
      def command(name)
        attempt = 0
        begin
          attempt += 1
          yield
        rescue ::Rdkafka::RdkafkaError => e
          again = retryable?(e, attempt)
          report(e, "transaction.#{name}", caller: self, retry: again, attempt:)
          if again
            sleep(config.wait_backoff_on_transaction_command * attempt / 1_000.0)
            retry
          end
          give_up(name, e)
          raise
        end
      end

      def retryable?(error, attempt)
        !error.fatal? && error.retryable? && attempt < config.max_attempts_on_transaction_command
      end

      # What never began needs no abort; of an abort there is none.
      def give_up(name, error)
        if error.fatal?
          @transaction.ended = true
          reload_transactional(error) if reload_allowed?(error)
        elsif error.abortable? && %i[commit store_offset].include?(name) && !@transaction.ended
          abort_transaction
        end
      end
    end
  end
end
