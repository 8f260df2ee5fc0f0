# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # Marking and committing, as consumers' own code calls it. Mixed into each instance in front of its
      # class. Every method may be called from any thread, also while `revoked` runs.
      module Strategy
        include OffsetMetadata
        include Transactions

        # Marks everything up to the message, to be committed later.
        #
        # @param message [Messages::Message]
        # @param offset_metadata [String, nil] committed beside the offset; nil takes what
        #   {#store_offset_metadata} keeps
        # @return [Boolean] false when the partition is not ours; true for what was marked already and
        #   after a resetting seek, having done nothing
        # @raise [ArgumentError] metadata of another kind
        # @raise [Errors::AssignmentLostError] within a transaction, instead of false
        # @raise [Errors::NonTransactionalMarkingAttemptError] see {Transactions#transaction}
        def mark_as_consumed(message, offset_metadata = nil)
          OffsetMetadata.check(offset_metadata)
          transaction = karafka_open_transaction
          return transaction.mark(:mark_as_consumed, message, offset_metadata) if transaction

          marked = coordinator.state.mark_message(message, offset_metadata)
          marked.nil? ? karafka_mark_elsewhere(:mark_as_consumed, message, offset_metadata) : marked
        end

        # As {#mark_as_consumed}, then commits and waits for the broker. What was marked already is not
        # committed again; a transaction commits it with the rest.
        #
        # @raise [Rdkafka::RdkafkaError] the commit failed for another reason than lost ownership
        def mark_as_consumed!(message, offset_metadata = nil)
          OffsetMetadata.check(offset_metadata)
          transaction = karafka_open_transaction
          return transaction.mark(:mark_as_consumed!, message, offset_metadata) if transaction

          state = coordinator.state
          return true if state.attached? && coordinator.covers?(message) && state.marked?(message.offset)

          marked = state.mark_message(message, offset_metadata)
          return karafka_mark_elsewhere(:mark_as_consumed!, message, offset_metadata) if marked.nil?

          marked && commit_offsets!
        end

        # Commits what was marked on this connection.
        #
        # @param async [Boolean] true returns once the request is on its way
        # @return [Boolean] false when the partition is not ours
        # @raise [Rdkafka::RdkafkaError] other failures, after retries
        def commit_offsets(async: true)
          return false if revoked?
          return true if client.commit_offsets(async:)

          # Asked for its side effect: a loss that is noticed here stays.
          revoked?
          false
        end

        # @return [Boolean] as {#commit_offsets}, having waited for the broker
        def commit_offsets!
          commit_offsets(async: false)
        end

        private

        # A message of another partition is marked there, if the connection has it. Through a transaction,
        # where marks have to. Users' own specs replace the client, so it is asked; the position moves as it
        # would.
        def karafka_mark_elsewhere(method, message, offset_metadata)
          return client.public_send(method, message, offset_metadata) unless coordinator.covers?(message)

          state = coordinator.state
          return karafka_mark_by_transaction(message, offset_metadata) if state.transactional?
          return true if state.marked?(message.offset)
          return false if revoked?
          return false unless client.public_send(method, message, offset_metadata)

          state.mark(message.offset, nil, offset_metadata)
        end
      end
    end
  end
end
