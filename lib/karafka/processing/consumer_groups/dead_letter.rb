# frozen_string_literal: true

require "securerandom"

module Karafka
  module Processing
    module ConsumerGroups
      # A message on its way to the dead letter topic. Keeps to what the engine decided; only asks the user's
      # code (strategy, hook, producer).
      class DeadLetter
        FLOWS = %i[retry dispatch skip].freeze
        private_constant :FLOWS

        # @param consumer [BaseConsumer] of a topic whose `dead_letter_queue` is active
        def initialize(consumer)
          @consumer = consumer
          @queue = consumer.topic.dead_letter_queue
          @target = @queue.topic unless @queue.topic == :strategy
        end

        # @return [Symbol] `:retry`, `:dispatch` or `:skip`
        # @raise [Errors::UnsupportedCaseError] the answer is none of them, or names no topic where it has to
        def ask_strategy
          tracker = @consumer.coordinator.errors_tracker
          flow, target = @queue.strategy.call(tracker, @consumer.coordinator.attempt)
          @target = target if @queue.topic == :strategy
          unless FLOWS.include?(flow) && (flow != :dispatch || !@target.nil?)
            raise Errors::UnsupportedCaseError,
                  "the dead letter strategy of #{@consumer.topic.name} answered #{[flow, target].inspect}"
          end

          flow
        end

        # Gives up the first message at or after `from`.
        #
        # @param from [Integer, nil] nil: the batch's first
        # @param attempts [Integer] runs that were made
        # @param dispatch [Boolean] a copy is sent
        # @param mark [Boolean] it is marked as consumed
        # @return [Array] the engine's answer: name and offset
        def give_up(from, attempts, dispatch, mark)
          message = @consumer.messages.raw.find { |candidate| from.nil? || candidate.offset >= from }
          return [:nothing_to_give_up, nil] unless message

          marked = together { dispatch_and_mark(message, attempts, dispatch, mark) }
          marked ? [:given_up, message.offset] : [:mark_refused, nil]
        end

        # Sends a copy and tells so; marks nothing. Without a topic (`topic: false`) nothing happens.
        #
        # @param message [Messages::Message]
        # @param attempts [Integer]
        # @raise [Errors::UnsupportedCaseError] neither strategy nor hook named a topic
        def dispatch(message, attempts = @consumer.coordinator.attempt)
          return if @target == false

          forwarding = Encryption::Forwarding.new(message)
          letter = letter(message, attempts, forwarding.fields)
          enhance(letter, message)
          letter = forwarding.finish(letter)
          if letter[:topic].nil?
            raise Errors::UnsupportedCaseError,
                  "no dead letter topic for #{message.topic}/#{message.partition}/#{message.offset}: " \
                  "`enhance_dlq_message` has to set :topic"
          end

          @consumer.producer.public_send(@queue.dispatch_method, letter)
          Karafka.monitor.instrument("dead_letter_queue.dispatched", caller: @consumer, message:)
        end

        private

        def dispatch_and_mark(message, attempts, dispatch, mark)
          dispatch(message, attempts) if dispatch
          mark ? @consumer.public_send(@queue.marking_method, message) : true
        end

        # In one transaction where topic and producer have them: both or neither.
        #
        # @return [Boolean] false when the partition is not ours any more: its new owner sees to the message
        # @raise [WaterDrop::AbortTransaction] by the user's hook
        def together
          return yield unless @queue.transactional? && @consumer.producer.transactional?

          done = nil
          @consumer.transaction { done = yield }
          # An abort undoes the dispatch, so it must not pass for one.
          done.nil? ? raise(WaterDrop::AbortTransaction) : done
        rescue Errors::AssignmentLostError
          false
        end

        def enhance(letter, message)
          return unless @consumer.respond_to?(:enhance_dlq_message, true)

          @consumer.__send__(:enhance_dlq_message, letter, message)
        end

        # The original's payload, key and headers as they are in Kafka, or what has to be encrypted anew.
        # One source partition goes to one partition of the target, in order.
        def letter(message, attempts, fields)
          {
            topic: @target, payload: fields[:payload], partition_key: message.partition.to_s,
            key: message.raw_key.to_s.empty? ? nil : message.raw_key, # producers refuse an empty one
            headers: fields[:headers].merge(origin(message, attempts))
          }
        end

        def origin(message, attempts)
          {
            **Origin.headers(message, @consumer.topic.consumer_group.id),
            "source_attempts" => attempts.to_s,
            "source_trace_id" => @consumer.coordinator.errors_tracker.trace_id || SecureRandom.uuid
          }
        end
      end
    end
  end
end
