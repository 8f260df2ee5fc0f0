# frozen_string_literal: true

module WaterDrop
  class Producer
    # Sending all or nothing. One transaction at a time, owned by a fiber; others wait.
    module Transactions
      # The transaction under way.
      #
      # - `first_handle`: of its first message, to wait for before an abort
      # - `ended`: it was committed or aborted, or its client given up, inside a command
      Transaction = Struct.new(:first_handle, :ended)

      # Runs the block in a transaction: commits at its end, aborts when an error leaves it. Nested
      # calls join the outer one.
      #
      # @return [Object, nil] what the block returned; nil after {AbortTransaction}
      # @raise [Errors::ProducerNotTransactionalError]
      # @raise [Errors::ProducerClosedError]
      # @raise [Errors::EarlyTransactionExitNotAllowedError] `return`, `break` or `throw` left the block
      def transaction(&block)
        raise Errors::ProducerNotConfiguredError, "the producer is not configured" unless @config
        raise Errors::ProducerNotTransactionalError, id unless transactional?
        return yield if transaction?
        return operate { run_transaction(&block) } if @transaction_mutex.owned?

        refuse_other_fiber
        @transaction_mutex.synchronize { operate { run_transaction(&block) } }
      end

      # @return [Boolean] the calling fiber is inside a transaction
      def transaction?
        !@transaction.nil? && @transaction_mutex.owned?
      end

      # @api private
      # @return [Boolean] somebody is inside a transaction
      def transaction_under_way?
        @transaction_mutex.locked?
      end

      # @return [Boolean] the producer has a `transactional.id`
      def transactional?
        return @transactional unless @transactional.nil?
        return false unless @config

        @transactional = config.kafka.key?(:"transactional.id")
      end

      # @return [Boolean] reloads after fatal errors are left
      def transactional_retryable?
        @reload_attempts < config.max_attempts_on_transaction_fatal_error
      end

      # Makes the offset after a message part of the transaction.
      #
      # @param consumer [#consumer_group_metadata_pointer]
      # @param message [#topic, #partition, #offset]
      # @param offset_metadata [String, nil]
      # @raise [Errors::TransactionRequiredError]
      # @raise [Errors::TransactionalOffsetInvalidError]
      # @raise [Rdkafka::RdkafkaError]
      def transaction_mark_as_consumed(consumer, message, offset_metadata = nil)
        raise Errors::TransactionRequiredError, id unless transaction?

        Contracts::TransactionalOffset.new.validate!(
          { consumer:, message:, offset_metadata: }, Errors::TransactionalOffsetInvalidError
        )
        Karafka::Testing::Broker.refuse!(config.kafka[:"bootstrap.servers"], :transactional_offsets,
                                         __method__)
        @monitor.instrument(
          "transaction.marked_as_consumed", producer_id: id, message:, offset_metadata:
        ) { store_offset(consumer, message, offset_metadata) }
      end

      private

      def prepare_transactions
        @transaction = nil
        @transaction_thread = nil
        @reload_attempts = 0
      end

      def run_transaction(&block)
        @monitor.instrument("transaction.finished", producer_id: id) do
          @transaction = Transaction.new
          @transaction_thread = Thread.current
          begin_transaction
          run_in_transaction(&block)
        end
      rescue ::Rdkafka::RdkafkaError, Errors::ProduceError => e
        reload_after(e)
        raise
      ensure
        @transaction = @transaction_thread = nil
      end

      # It would wait for the fiber that waits for it.
      def refuse_other_fiber
        return if Fiber.scheduler || @transaction_thread != Thread.current

        raise ThreadError, "another fiber of this thread is inside a transaction of producer #{id}"
      end

      # @return [Object, nil]
      def run_in_transaction
        left = true
        result = yield
        left = false
        commit_transaction
        result
      rescue Errors::AbortTransaction
        left = false
        abort_unless_ended
        nil
      rescue Exception => e # rubocop:disable Lint/RescueException
        left = false
        roll_back(e)
        raise
      ensure
        refuse_early_exit if left
      end

      # The block was left without its end and without an error: nobody can know what was meant.
      def refuse_early_exit
        abort_unless_ended
        raise Errors::EarlyTransactionExitNotAllowedError,
              "a transaction's block must not be left by return, break or throw"
      end

      def roll_back(error)
        wait_for_first_handle unless librdkafka?(error)
        abort_unless_ended
      rescue ::Rdkafka::RdkafkaError => e
        # The first error is the one to tell; this one was an event already.
        ::Rdkafka::Config.logger.debug("Aborting after #{error.class} failed: #{e.message}")
      end

      def abort_unless_ended
        abort_transaction unless @transaction.ended
      end

      # Aborting while the very first message is in flight makes some brokers' transactions fail.
      def wait_for_first_handle
        timeout = config.wait_timeout_on_transaction_abort
        handle = @transaction.first_handle
        handle.wait(max_wait_timeout_ms: timeout) if timeout.positive? && handle
      rescue *FAILURES
        nil
      end

      def librdkafka?(error)
        error.is_a?(::Rdkafka::RdkafkaError) || error.cause.is_a?(::Rdkafka::RdkafkaError)
      end

      def reload_after(error)
        cause = error.is_a?(::Rdkafka::RdkafkaError) ? error : error.cause
        return unless cause.is_a?(::Rdkafka::RdkafkaError) && reload_allowed?(cause)

        reload_transactional(cause)
      end

      def reload_allowed?(error)
        config.reload_on_transaction_fatal_error && transactional_retryable? &&
          reloadable_codes?(error) && !@status.configured? && !@client.nil?
      end

      # What ended the client counts as well as what its last message failed with.
      def reloadable_codes?(error)
        codes = [error.code]
        fatal, = @client.fatal_error if @client.is_a?(Karafka::Native::Producer)
        codes << ::Rdkafka::ErrorCodes.name_of(fatal) if fatal
        (codes & config.non_reloadable_errors).empty?
      end

      def reload_transactional(error)
        @reload_attempts += 1
        return unless reload(@client, error, @reload_attempts)

        sleep(config.wait_backoff_on_transaction_fatal_error / 1_000.0)
      end
    end
  end
end
