# frozen_string_literal: true

module Karafka
  module Processing
    # Executors to which batches may come past their listener, by the number that native code calls each.
    # Threads: listeners and workers, one Hash operation at a time, which the VM's lock keeps whole.
    class Seats
      def initialize
        @executors = {}
      end

      # @param executor [ConsumerGroups::Executor]
      # @return [Integer] what native code calls it from now on
      def take(executor)
        number = executor.object_id
        @executors[number] = executor
        number
      end

      # @param executor [ConsumerGroups::Executor] none of its batches is queued or comes any more
      def leave(executor)
        @executors.delete(executor.object_id)
      end

      # @param group_id [String] of the subscription group whose executors leave
      def clear(group_id)
        @executors.delete_if { |_, executor| executor.group_id == group_id }
      end

      # @param taken [Array] number, seat, batch and ns since the epoch, as `Native::Jobs#pop` has them
      # @return [ConsumerGroups::Executor, nil] nil when its group was cleared
      def executor(taken)
        @executors[taken[1]]
      end

      # @param taken [Array] see {#executor}
      # @return [Jobs::Consume, nil] what stands for it where somebody wants to see a job
      def job(taken)
        executor(taken)&.job(taken[2], taken[3])
      end
    end
  end
end
