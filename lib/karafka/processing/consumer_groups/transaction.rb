# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # One transaction of a consumer: messages of a producer and offsets of the consumer, both or neither.
      # Belongs to the fiber that opened it, as the producer's own does; what other fibers mark meanwhile,
      # say a parallel `revoked`, is no part of it.
      class Transaction
        OPEN = :karafka_consumer_transaction
        # How brokers say that the partition is somebody else's by now.
        LOST = %i[assignment_lost unknown_member_id fenced_instance_id].freeze
        # How they say that the group has moved on, where cooperative members keep most of what they have.
        MOVED = %i[illegal_generation stale_member_epoch].freeze
        private_constant :OPEN, :LOST, :MOVED

        # @param consumer [BaseConsumer]
        # @return [Transaction, nil] that this fiber has open for it
        def self.of(consumer)
          open = Thread.current[OPEN]
          open if open && open.consumer.equal?(consumer)
        end

        # @return [BaseConsumer]
        attr_reader :consumer
        # @return [WaterDrop::Producer]
        attr_reader :producer

        # @param consumer [BaseConsumer]
        # @param producer [WaterDrop::Producer]
        def initialize(consumer, producer)
          @consumer = consumer
          @producer = producer
          @coordinator = consumer.coordinator
          @state = @coordinator.state
          # Where other lanes may have earlier messages, only the ledger knows what may be committed: marks
          # wait.
          @simulated = !@state.linear?
          @marks = []
        end

        # Runs the block, commits, and lets the position follow.
        #
        # @return [Object, nil] of the block; nil after `WaterDrop::AbortTransaction`
        # @raise [Errors::AssignmentLostError] it marks, and the partition is not ours any more: aborted
        # @raise [Errors::TransactionAlreadyInitializedError] the producer is in a transaction already, whose
        #   end nobody could follow
        # @raise [WaterDrop::Errors::BaseError, Rdkafka::RdkafkaError] the producer's
        def call(&block)
          refuse_open_producer
          result = @producer.transaction { work(&block) }
          follow if @complete
          result
        ensure
          # The text of a mark that came to nothing waits for the next one, behind a newer one.
          @state.waiting_metadata = @state.take_waiting_metadata || @text if @text
        end

        # @param form [Symbol] `:mark_as_consumed` or `:mark_as_consumed!`
        # @param message [Messages::Message]
        # @param metadata [String, nil]
        # @return [true]
        # @raise [Errors::AssignmentLostError]
        def mark(form, message, metadata)
          ours = @coordinator.covers?(message)
          return repeat(message) if ours && repeated?(message)

          @marked = true
          refuse_lost
          send_offset(message, metadata) unless @simulated
          # The position here is no matter of another partition's message.
          @marks << [form, message, metadata] if ours || @simulated
          true
        end

        private

        def work
          outer = Thread.current[OPEN]
          Thread.current[OPEN] = self
          result = yield
          refuse_lost if @marked
          @complete = true
          result
        ensure
          Thread.current[OPEN] = outer
        end

        # Within the transaction, its own last mark is the position.
        def repeated?(message)
          return @state.marked?(message.offset) if @marks.empty? || @state.next_offset.nil?

          @marks.last[1].offset == message.offset
        end

        # Nothing is marked, yet it counts as progress where marks reset the attempts.
        def repeat(message)
          @marks.empty? ? @state.mark(message.offset, nil, nil) : true
        end

        def send_offset(message, metadata)
          commit_own_marks if @state.marks_by_transaction
          metadata ||= (@text = @state.take_waiting_metadata)
          @producer.transaction_mark_as_consumed(@consumer.client, message, metadata)
        rescue Rdkafka::RdkafkaError => e
          lost if LOST.include?(e.code)
          refuse_lost if MOVED.include?(e.code)
          raise
        end

        # They would reach the broker after the transaction and take the group back.
        def commit_own_marks
          client = @consumer.client
          lost unless client.commit_offsets!
          return @state.marks_committed unless @state.attached?

          client.withdraw_marks(@coordinator.topic.name, @coordinator.partition)
        end

        def follow
          @text = nil
          if @simulated
            @marks.each { |form, message, metadata| @consumer.public_send(form, message, metadata) }
          elsif @marks.any?
            @state.marked_by_transaction(@marks.last[1].offset)
          end
        end

        def refuse_open_producer
          return unless @producer.transactional? && @producer.transaction?

          raise Errors::TransactionAlreadyInitializedError,
                "producer #{@producer.id} is in a transaction already, which a consumer's cannot join"
        end

        def refuse_lost
          lost if @coordinator.revoked?
        end

        def lost
          raise Errors::AssignmentLostError,
                "#{@coordinator.topic.name}/#{@coordinator.partition} is not ours any more: no transaction " \
                "can take its offsets along"
        end
      end
    end
  end
end
