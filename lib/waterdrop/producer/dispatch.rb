# frozen_string_literal: true

module WaterDrop
  class Producer
    # From a checked message to its handle: variant settings, hand-over, back-off, recovery.
    module Dispatch
      private

      # @return [Hash] what the middleware made of it
      # @raise [Errors::MessageInvalidError]
      def prepare(message)
        raise Errors::ProducerNotConfiguredError, "the producer is not configured" unless @config

        message = middleware.run(message)
        validate_message!(message)
        message
      end

      # @return [Array<Hash>]
      # @raise [Errors::MessageInvalidError] one of them is invalid: none may be sent
      def prepare_many(messages)
        raise Errors::ProducerNotConfiguredError, "the producer is not configured" unless @config

        messages = middleware.run_many(messages)
        messages.each { |message| validate_message!(message) }
        messages
      end

      def validate_message!(message)
        limit = @max_payload_size || @config.max_payload_size
        return if Karafka::Native::Producer.plainly_valid?(message, limit)

        Contracts::Message.new(limit).validate!(message, Errors::MessageInvalidError)
      end

      # Hands one message over, waiting while the local queue is full.
      #
      # @param message [Hash]
      # @param origin [Symbol] the public method, for events
      # @param variant [Variant]
      # @return [Rdkafka::Producer::DeliveryHandle]
      def produce(message, origin, variant = current_variant)
        used = client
        handle = Karafka::Native::Producer.dispatch(used, outgoing(message, variant))
        @fatal_attempts = 0 if @fatal_attempts != 0
        @transaction.first_handle ||= handle if @transaction
        handle
      rescue ::Rdkafka::ClosedProducerError, ::Rdkafka::RdkafkaError => e
        retry if retry_after?(e, used, message, origin, started = (started || monotonic_now))
        raise
      end

      # The user's Hash is never changed: a copy carries what the client needs.
      def outgoing(message, variant)
        topic = message[:topic]
        return message if variant.default? && topic.is_a?(String)

        message.merge(topic: topic.to_s, topic_config: variant.topic_config)
      end

      # @return [Boolean] whatever stood in the way may be gone
      def retry_after?(error, used, message, origin, started)
        return replaced_meanwhile?(used) if error.is_a?(::Rdkafka::ClosedProducerError)
        return wait_for_room?(error, message, origin, started) if error.code == :queue_full

        recover_from_fatal?(error, used)
      end

      # Another thread made the client anew while this one was about to use the old one.
      def replaced_meanwhile?(used)
        return false unless @status.active?

        @connecting_mutex.synchronize { nil } unless @connecting_mutex.owned?
        !@client.equal?(used)
      end

      def wait_for_room?(error, message, origin, started)
        return false unless config.wait_on_queue_full
        return false if monotonic_now - started >= config.wait_timeout_on_queue_full

        if config.instrument_on_wait_queue_full
          report(caused(Errors::ProduceError.new(error.inspect), error), "message.#{origin}", message:)
        end
        sleep(config.wait_backoff_on_queue_full / 1_000.0)
        true
      end

      # Hands over what has no handle yet.
      #
      # @return [Array<Rdkafka::Producer::DeliveryHandle>] also filled when an error leaves it
      def produce_many_into(handles, messages, origin, variants = nil)
        (handles.size...messages.size).each do |index|
          handles << produce(messages[index], origin, variants ? variants[index] : current_variant)
        end
        handles
      end

      # In a transaction of its own, unless one is open or the producer has none.
      def in_dispatch(&block)
        return operate(&block) unless transactional?
        return transaction(&block) unless transaction?

        yield
      end

      # @raise [Errors::ProduceError] after its event
      def fail_one(error, message, origin)
        failure = caused(Errors::ProduceError.new(error.inspect), error)
        report(failure, "message.#{origin}", message:)
        raise failure
      end

      # @raise [Errors::ProduceManyError] after its event
      def fail_many(error, messages, handles, origin)
        failure = caused(Errors::ProduceManyError.new(handles, error.inspect), error)
        told = transactional? && origin == :produce_many_sync ? [] : handles
        report(failure, "messages.#{origin}", messages:, dispatched: told)
        raise failure
      end

      # An error whose `cause` is set before anybody raises it.
      def caused(failure, cause)
        raise failure, cause:
      rescue failure.class => e
        e
      end

      def report(error, type, **details)
        @monitor.instrument("error.occurred", producer_id: id, error:, type:, **details)
      end
    end
  end
end
