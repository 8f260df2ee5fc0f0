# frozen_string_literal: true

module Karafka
  module Processing
    # Jobs on their way to the workers, and what each subscription group still has at work. The listener
    # of a group waits here until its blocking jobs, withheld ones too, are done. Order, waiting and
    # counting are native (`Native::Jobs`, which knows jobs by number); the objects are here.
    class JobsQueue
      # Longest sleep between two ticks of a waiting listener, ms.
      TICK = 1_000
      private_constant :TICK

      # @return [WorkersPool] the workers that {#pop} here
      attr_accessor :pool

      def initialize
        @native = Native::Jobs.new
        # Of both Hashes one operation at a time, which the VM's lock keeps whole.
        @groups = {}
        @jobs = {}
      end

      # Called before a group's listener starts: nothing is made on the way.
      #
      # @param group_id [String]
      def register(group_id)
        @groups[group_id] = true
      end

      # @param job [Jobs::Base]
      # @raise [Errors::JobsQueueSynchronizationError] it is there already
      def <<(job)
        number = job.object_id
        @jobs[number] = job
        return if @native.push(job.group_id, number, !job.non_blocking?)

        raise Errors::JobsQueueSynchronizationError, job.group_id
      end

      # Withholds a job, for a scheduler that enqueues it later: until {#unlock} its group is as busy as if
      # the job were queued. It may be enqueued before or after.
      #
      # @param job [Jobs::Base]
      # @return [nil]
      # @raise [Errors::JobsQueueSynchronizationError] it is withheld already
      def lock(job)
        return if @native.lock(job.group_id, job.object_id, !job.non_blocking?)

        raise Errors::JobsQueueSynchronizationError, job.group_id
      end

      # @param job [Jobs::Base]
      # @return [nil]
      # @raise [Errors::JobsQueueSynchronizationError] it is not withheld, or was until its group was cleared
      def unlock(job)
        return if @native.unlock(job.object_id)

        raise Errors::JobsQueueSynchronizationError, job.group_id
      end

      # The jobs that the block pushes reach the workers when the calling listener {#wait}s.
      def deferring
        @native.defer
        yield
      rescue Exception # rubocop:disable Lint/RescueException
        @native.wake
        raise
      end

      # Waits for a job without the VM lock.
      #
      # @return [Jobs::Base, nil] nil when the worker is to end
      def pop
        while (number = @native.pop)
          job = @jobs[number]
          return job if job

          @native.complete(number)
        end
      end

      # Asks one idle worker to end.
      def release_worker
        @native.release_worker
      end

      # @param job [Jobs::Base] it left its worker
      def complete(job)
        number = job.object_id
        @jobs.delete(number)
        @native.complete(number)
      end

      # Wakes a group's waiting listener.
      #
      # @param _group_id [String]
      def tick(_group_id)
        @native.wake
      end

      # Forgets a group's jobs; those that run end by themselves.
      #
      # @param group_id [String]
      def clear(group_id)
        of_group = @jobs.values.select { |job| job.group_id == group_id }
        of_group.each { |job| @jobs.delete(job.object_id) }
        @native.clear(group_id)
      end

      # @param group_id [String]
      # @return [Boolean] nothing of the group is queued or runs
      def empty?(group_id)
        @native.empty?(group_id)
      end

      # @param group_id [String]
      # @return [Boolean] no blocking job of the group is queued or runs
      def free?(group_id)
        @native.wait(group_id, 0)
      end

      # Waits until the group has no blocking job.
      #
      # @param group_id [String]
      # @yield about every second while it waits, from the waiting thread
      def wait(group_id)
        (yield if block_given?) until @native.wait(group_id, TICK)
      end

      # @return [Hash{String => Array<Jobs::Base>}] queued and running jobs by subscription group
      def in_processing
        jobs = @jobs.values
        @groups.to_h { |group_id, _| [group_id, jobs.select { |job| job.group_id == group_id }] }
      end

      # Waits until none of the group's blocking jobs is queued or at work; what is withheld stays so.
      #
      # @param group_id [String]
      def drain(group_id)
        nil until @native.drain(group_id, TICK)
      end

      # @return [Hash{Symbol => Integer}] frozen: jobs at work, queued for a worker, and withheld
      def statistics
        busy, enqueued, waiting = @native.counts
        { busy:, enqueued:, waiting: }.freeze
      end

      # No job is taken any more; workers end once the queue is empty.
      def close
        @native.close
      end

      # @return [Integer] ms
      def tick_interval
        App.config.internal.tick_interval
      end
    end
  end
end
