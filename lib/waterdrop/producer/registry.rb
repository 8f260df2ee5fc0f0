# frozen_string_literal: true

module WaterDrop
  class Producer
    # Producers of this process that nobody closed yet: they are closed when it exits. Those with
    # something to lose (a client, a buffer) are held; others may be collected before. What a forked child
    # inherited is its parent's to send, unless the child adds to it.
    module Registry
      autoload :SuiteToCome, "waterdrop/producer/registry/suite_to_come"

      # Seconds that the end of the process waits for a transaction of another thread.
      TRANSACTION_WAIT = 5
      # Seconds between two looks at it.
      PAUSE = 0.01
      private_constant :TRANSACTION_WAIT, :PAUSE

      @watched = ObjectSpace::WeakMap.new
      @held = {}.compare_by_identity
      @mutex = Mutex.new

      class << self
        # @param producer [Producer] configured
        def watch(producer)
          @mutex.synchronize { @watched[producer] = producer }
        end

        # @param producer [Producer] connected or with a buffer
        def hold(producer)
          epoch = Karafka::Native.epoch
          return if @held[producer] == epoch

          @mutex.synchronize { @held[producer] = epoch }
        end

        # @param producer [Producer] closed, or disconnected with an empty buffer
        def release(producer)
          @mutex.synchronize { @held.delete(producer) }
        end

        # Closes everything, as the process exits. One that fails does not stop the others.
        def close_all
          left_to_close.each do |producer|
            close(producer) if producer.status.active?
          rescue StandardError => e
            ::Rdkafka::Config.logger.error("Closing producer #{producer.id} at exit failed: #{e.message}")
          end
        end

        private

        def left_to_close
          epoch = Karafka::Native.epoch
          @mutex.synchronize do
            inherited = @held.reject { |_producer, since| since == epoch }
            (@held.keys | @watched.keys) - inherited.keys
          end
        end

        # Threads end after this, and a transaction with its thread: one that does not end before is aborted.
        def close(producer)
          deadline = now + TRANSACTION_WAIT
          sleep(PAUSE) while producer.transaction_under_way? && now < deadline
          return producer.close unless producer.transaction_under_way?

          ::Rdkafka::Config.logger.warn(
            "Producer #{producer.id} is not closed at exit: another thread is inside a transaction"
          )
        end

        def now = ::Process.clock_gettime(::Process::CLOCK_MONOTONIC)
      end

      if SuiteToCome.minitest?
        ::Minitest.after_run { close_all }
        at_exit { close_all unless SuiteToCome.runs_after?($!) } # rubocop:disable Style/SpecialGlobalVars
      else
        at_exit { close_all }
      end
    end
  end
end
