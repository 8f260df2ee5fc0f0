# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # Transactions of a consumer: what it produces and what it marks become durable together. Any thread.
      module Transactions
        # Commits at the block's end what was produced through {#producer} and marked within it. The
        # position moves after the commit only. Once a partition was marked so, all its later marks, the
        # framework's too, go through transactions.
        #
        # With virtual partitions, while they work in lanes, marks are no part of the transaction: they are
        # applied right after it.
        #
        # @param producer [WaterDrop::Producer] transactional; this consumer's {#producer} within the block,
        #   for the fiber that runs it
        # @return [Object, nil] of the block; nil after `WaterDrop::AbortTransaction`
        # @raise [WaterDrop::Errors::ProducerNotTransactionalError]
        # @raise [WaterDrop::Errors::EarlyTransactionExitNotAllowedError] `return`, `break` or `throw` left
        #   the block: aborted
        # @raise [Errors::TransactionAlreadyInitializedError] within another one, which is aborted unless
        #   this is rescued
        # @raise [Errors::AssignmentLostError] it marks, and the partition is not ours any more: aborted
        def transaction(producer = self.producer, &block)
          if karafka_open_transaction
            raise Errors::TransactionAlreadyInitializedError,
                  "transactions of a consumer do not nest; within one, `producer.transaction` joins it"
          end

          @karafka_transacts = true
          Karafka.monitor.instrument("consumer.consuming.transaction", caller: self) do
            Transaction.new(self, producer).call(&block)
          end
        end

        # @return [WaterDrop::Producer] the transaction's, within one
        def producer
          karafka_open_transaction&.producer || super
        end

        private

        # Consumers without transactions, which mark each message, pay for one look at a variable.
        def karafka_open_transaction
          Transaction.of(self) if @karafka_transacts
        end

        # A mark outside of a block, of a partition whose marks are transactional.
        #
        # @return [Boolean] as of other marks
        def karafka_mark_by_transaction(message, offset_metadata)
          state = coordinator.state
          return state.mark(message.offset, nil, nil) if state.marked?(message.offset)
          return false if revoked?

          karafka_refuse_mark unless producer.transactional? && !producer.transaction?
          transaction = Transaction.new(self, producer)
          transaction.call { transaction.mark(:mark_as_consumed, message, offset_metadata) }
        rescue Errors::AssignmentLostError
          false
        end

        def karafka_refuse_mark
          raise Errors::NonTransactionalMarkingAttemptError,
                "#{topic.name}/#{partition} was marked in a transaction before, so its marks need one: " \
                "producer #{producer.id} cannot open it here"
        end
      end
    end
  end
end
