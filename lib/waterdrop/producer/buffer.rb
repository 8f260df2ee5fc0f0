# frozen_string_literal: true

module WaterDrop
  class Producer
    # Messages that wait in memory until the application flushes them.
    module Buffer
      # @param message [Hash] neither checked nor run through the middleware yet
      # @return [Array<Hash>] the buffer
      # @raise [Errors::ProducerNotConfiguredError, Errors::ProducerClosedError]
      def buffer(message)
        ensure_active!
        @monitor.instrument("message.buffered", producer_id: id, message:, buffer: @messages) do
          append([message])
          @messages
        end
      end

      # @param messages [Array<Hash>]
      # @return [Array<Hash>] the argument
      # @raise [Errors::ProducerNotConfiguredError, Errors::ProducerClosedError]
      def buffer_many(messages)
        ensure_active!
        @monitor.instrument("messages.buffered", producer_id: id, messages:, buffer: @messages) do
          append(messages)
          messages
        end
      end

      # Hands the buffer over. What was not handed over is in the buffer again when this raises.
      #
      # @return [Array<Rdkafka::Producer::DeliveryHandle>]
      # @see Async#produce_many_async
      def flush_async
        flush(:flushed_async) { |messages, variants| dispatch_many_async(messages, variants) }
      end

      # Sends the buffer and waits. What was not handed over is in the buffer again when this raises.
      #
      # @return [Array<Rdkafka::Producer::DeliveryHandle>]
      # @see Sync#produce_many_sync
      def flush_sync
        flush(:flushed_sync) { |messages, variants| dispatch_many_sync(messages, variants) }
      end

      private

      def prepare_buffer
        @buffer_mutex = Mutex.new
        @messages = []
        # Variants under which messages were buffered, beside the default one.
        @buffered_variants = {}.compare_by_identity
      end

      def append(messages)
        variant = current_variant
        Registry.hold(self)
        @buffer_mutex.synchronize do
          @messages.concat(messages)
          messages.each { |message| @buffered_variants[message] = variant } unless variant.default?
        end
      end

      def flush(event)
        raise Errors::ProducerNotConfiguredError, "the producer is not configured" unless @config

        messages, variants = take_buffer
        @monitor.instrument("buffer.#{event}", producer_id: id, messages:) do
          messages.empty? ? [] : yield(messages, variants)
        end
      rescue Errors::ProduceManyError => e
        # Of a transaction nothing remains; otherwise what has a handle is on its way.
        put_back(messages, variants, transactional? ? 0 : e.dispatched.size)
        raise
      rescue Exception # rubocop:disable Lint/RescueException
        put_back(messages, variants, 0) if messages
        raise
      end

      # @return [Array(Array<Hash>, Array<Variant>)] what was buffered; the buffer is empty after
      def take_buffer
        @buffer_mutex.synchronize do
          messages = @messages
          kept = @buffered_variants
          @messages = []
          @buffered_variants = {}.compare_by_identity
          [messages, messages.map { |message| kept[message] || @default_variant }]
        end
      end

      def put_back(messages, variants, sent)
        @buffer_mutex.synchronize do
          messages.each_with_index do |message, index|
            next if index < sent || variants[index].default?

            @buffered_variants[message] = variants[index]
          end
          @messages.unshift(*messages.drop(sent))
        end
      end

      # Forgets what is buffered.
      def purge_buffer
        @monitor.instrument("buffer.purged", producer_id: id) { take_buffer }
      end
    end
  end
end
