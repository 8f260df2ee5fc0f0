# frozen_string_literal: true

module WaterDrop
  # Everything producers raise by themselves. What the native client raises is `Rdkafka::RdkafkaError`,
  # usually as the `cause` of a {ProduceError}.
  module Errors
    # Rescues all of them.
    class BaseError < StandardError; end

    # A contract refused settings. The message is the inspected Hash of dotted path => text.
    class ConfigurationInvalidError < BaseError; end

    # A contract refused the settings of a variant.
    class VariantInvalidError < BaseError; end

    # The producer was used before `setup`.
    class ProducerNotConfiguredError < BaseError; end

    # `setup` was called twice.
    class ProducerAlreadyConfiguredError < BaseError; end

    # A forked child used a producer that its parent had connected.
    class ProducerUsedInParentProcess < BaseError; end

    # The producer is closed, or closing.
    class ProducerClosedError < BaseError; end

    # `close` was called inside the producer's own transaction.
    class ProducerTransactionalCloseAttemptError < BaseError; end

    # A contract refused a message; nothing was sent.
    class MessageInvalidError < BaseError; end

    # Consumer, message or metadata of an offset cannot be part of a transaction.
    class TransactionalOffsetInvalidError < BaseError; end

    # Transactions need a `transactional.id`.
    class ProducerNotTransactionalError < BaseError; end

    # A state that producers do not have: a defect.
    class StatusInvalidError < BaseError; end

    # A dispatch failed; `cause` says why. A wait timeout as cause means that the outcome is unknown.
    class ProduceError < BaseError; end

    # A dispatch of several messages failed.
    class ProduceManyError < ProduceError
      # @return [Array<Rdkafka::Producer::DeliveryHandle>] of the messages that were handed over
      attr_reader :dispatched

      # @param dispatched [Array<Rdkafka::Producer::DeliveryHandle>]
      # @param message [String]
      def initialize(dispatched = [], message = nil)
        super(message)
        @dispatched = dispatched
      end
    end

    # Called outside of a transaction.
    class TransactionRequiredError < BaseError; end

    # Raise it inside a transaction's block to abort without an error reaching the caller.
    class AbortTransaction < BaseError; end

    # `return`, `break` or `throw` left a transaction's block; the transaction was aborted.
    class EarlyTransactionExitNotAllowedError < BaseError; end

    # The poller cannot do what was asked.
    class PollerError < BaseError; end

    # Statistics were off when the client was built, so a subscriber would never be called.
    class StatisticsNotEnabledError < BaseError; end
  end

  # @see Errors::AbortTransaction
  AbortTransaction = Errors::AbortTransaction
end
