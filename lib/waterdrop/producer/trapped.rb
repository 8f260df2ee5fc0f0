# frozen_string_literal: true

module WaterDrop
  class Producer
    # Closing in a signal trap. What the trap interrupted goes on only after it: waiting for that would
    # never end.
    module Trapped
      # Only taken to learn whether this is a signal trap, where no lock may be taken.
      PROBE = Mutex.new
      # Frames that stand for an operation, whichever producer's: `Operating#operate` and the native shortcut.
      OPERATION = /\A(?:[\w:]+#)?(?:operate|dispatch_many)\z/
      private_constant :PROBE, :OPERATION

      # Lets a close that is to come, on whichever thread, pass by what this trap interrupted. Does nothing
      # outside of traps.
      #
      # @api private
      def pass_by_interrupted
        @interrupted = caller_locations.count { |frame| operation?(frame) } if trap?
      end

      private

      def prepare_trapped
        # Operations that cannot end before the trap does, which waits for the close.
        @interrupted = 0
      end

      def trap?
        PROBE.synchronize { false }
      rescue ThreadError
        true
      end

      # @raise [Errors::ProducerTransactionalCloseAttemptError] the signal came inside a transaction
      # @return [:closed, nil] nil also if what the trap interrupted is closing or disconnecting already
      def close_in_trap(force)
        raise Errors::ProducerTransactionalCloseAttemptError, id if transaction?
        return if @transaction_mutex.owned? || @operating_mutex.owned?

        pass_by_interrupted
        Thread.new { close_here(force) }.value
      end

      def operation?(frame)
        OPERATION.match?(frame.label) && frame.path.start_with?(__dir__)
      end
    end
  end
end
