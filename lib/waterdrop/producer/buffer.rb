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
        flush(:flushed_async) { |*batch| dispatch_many_async(*batch) }
      end

      # Sends the buffer and waits. What was not handed over is in the buffer again when this raises.
      #
      # @return [Array<Rdkafka::Producer::DeliveryHandle>]
      # @see Sync#produce_many_sync
      def flush_sync
        flush(:flushed_sync) { |*batch| dispatch_many_sync(*batch) }
      end

      private

      def prepare_buffer
        @buffer_mutex = Mutex.new
        @messages = []
        # Place in the buffer => variant of the message there, beside the default one.
        @buffered_variants = {}
      end

      def append(messages)
        variant = current_variant
        Registry.hold(self)
        @buffer_mutex.synchronize do
          # The user may have emptied it by hand.
          @buffered_variants.clear if @messages.empty?
          first = @messages.size
          @messages.concat(messages)
          remember_variants(first, Array.new(messages.size, variant)) unless variant.default?
        end
      end

      def flush(event)
        raise Errors::ProducerNotConfiguredError, "the producer is not configured" unless @config

        with_buffer do |messages, *batch|
          @monitor.instrument("buffer.#{event}", producer_id: id, messages:) do
            messages.empty? ? [] : yield(messages, *batch)
          end
        end
      end

      # Takes what is buffered. However the block is left, by an error, by `throw` (as `Timeout` does) or by
      # `Thread#kill`: what was not handed over by then is in the buffer again, and nothing else.
      #
      # @yieldparam messages [Array<Hash>]
      # @yieldparam variants [Array<Variant>]
      # @yieldparam handles [Array] for those of the messages that were handed over
      # @yieldparam over [Proc] called when no roll-back can take them back any more
      def with_buffer
        messages, variants = take_buffer
        handles = []
        over = false
        yield(messages, variants, handles, -> { over = true })
      ensure
        # Of a transaction that was rolled back nothing remains.
        put_back(messages, variants, transactional? ? 0 : handles.size) if handles && !over
      end

      # @return [Array(Array<Hash>, Array<Variant>)] what was buffered; the buffer is empty after
      def take_buffer
        @buffer_mutex.synchronize do
          messages = @messages
          kept = @buffered_variants
          @messages = []
          @buffered_variants = {}
          [messages, Array.new(messages.size) { |place| kept[place] || @default_variant }]
        end
      end

      def put_back(messages, variants, sent)
        @buffer_mutex.synchronize do
          @buffered_variants.transform_keys! { |place| place + messages.size - sent }
          remember_variants(0, variants.drop(sent))
          # Not by `unshift(*...)`: the stack has no room for many arguments.
          @messages.replace(messages.drop(sent).concat(@messages))
        end
      end

      def remember_variants(first, variants)
        variants.each_with_index do |variant, index|
          @buffered_variants[first + index] = variant unless variant.default?
        end
      end

      # Forgets what is buffered.
      def purge_buffer
        @monitor.instrument("buffer.purged", producer_id: id) { take_buffer }
      end
    end
  end
end
