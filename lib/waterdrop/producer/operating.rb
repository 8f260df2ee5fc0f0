# frozen_string_literal: true

module WaterDrop
  class Producer
    # Who may use the client when. Order of locks: transaction, operating, then the gate's count.
    # Whoever closes, disconnects or reloads shuts the gate, holding the operating lock, and waits for
    # those inside; newcomers wait for that lock and look again.
    module Operating
      # How often whoever shut the gate looks whether those inside have left; seconds.
      LEAVING_INTERVAL = 0.001
      private_constant :LEAVING_INTERVAL

      private

      def prepare_operating
        @operating_mutex = Mutex.new
        @transaction_mutex = Mutex.new
        @gate = Karafka::Native::Gate.new
      end

      # Runs the block as an operation that closing waits for. The pass knows whether it entered, whatever
      # is raised into this thread meanwhile.
      def operate
        pass = @gate.pass
        until pass.enter
          break if shut_by_caller?

          wait_for_gate
          pass = @gate.pass
        end
        yield
      ensure
        pass&.leave
      end

      # Whoever shut the gate works inside without being counted.
      def shut_by_caller?
        @operating_mutex.owned?
      end

      # @raise [Errors::ProducerClosedError]
      def wait_for_gate
        # Whoever shut the gate waits for the callbacks: they cannot wait for it.
        raise Errors::ProducerClosedError, id if in_callback?

        @operating_mutex.synchronize { nil }
        ensure_active!
      end

      # @raise [Errors::ProducerNotConfiguredError, Errors::ProducerClosedError]
      def ensure_active!
        return if @status.active? || @operating_mutex.owned?
        raise Errors::ProducerNotConfiguredError, "the producer is not configured" if @status.initial?

        raise Errors::ProducerClosedError, id
      end

      # @param but [Integer] as many may stay
      def wait_until_nobody_operates(but = 0)
        sleep(LEAVING_INTERVAL) until @gate.count <= but
      end
    end
  end
end
