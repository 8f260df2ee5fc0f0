# frozen_string_literal: true

module Karafka
  module Processing
    # The worker threads that all subscription groups share. Grows at once, shrinks as workers fall
    # idle, and never below one.
    class WorkersPool
      # @return [JobsQueue] where the workers get their jobs
      attr_writer :jobs_queue

      def initialize
        @mutex = Mutex.new
        reset
      end

      # @param target [Integer] wanted workers; below 1 counts as 1
      # @return [nil]
      # @raise [Errors::BaseError] the server does not run
      def scale(target)
        raise Errors::BaseError, "workers can be scaled only while the server runs" unless @jobs_queue

        target = [target, 1].max
        event = @mutex.synchronize { target > planned ? grow(target) : shrink(target) }
        Karafka.monitor.instrument(*event) if event
        nil
      end

      # @return [Integer] live workers
      def size
        alive.size
      end

      # @return [Array<Worker>] live ones
      def alive
        @mutex.synchronize { @workers.dup }.select(&:alive?)
      end

      # Called by a worker that ends. One that a job killed gets a successor: nobody wanted fewer.
      #
      # @param worker [Worker]
      # @param killed [Boolean] its thread was killed, by a job or by {#terminate}
      def deregister(worker, killed: false)
        replaced = @mutex.synchronize do
          @workers.delete(worker)
          next add_worker if killed && @jobs_queue

          @ended << worker
          @leaving -= 1 if @leaving.positive?
          nil
        end
        App.config.internal.connection.conductor.signal
        tell_killed(worker) if replaced
      end

      # Raises what ended a worker, if anything did.
      def join_ended
        @mutex.synchronize { @ended.dup }.each(&:join)
      end

      # @return [Boolean] no worker lives
      def stopped?
        alive.empty?
      end

      # Waits for all workers, those that ended before included; raises what ended one.
      def join
        @mutex.synchronize { @workers + @ended }.each(&:join)
      end

      # Kills all workers, for good.
      def terminate
        workers = @mutex.synchronize do
          @jobs_queue = nil
          @workers.dup
        end
        workers.each(&:terminate)
      end

      # Forgets everything, for another run in this process.
      def reset
        @mutex.synchronize do
          @jobs_queue = nil
          @workers = []
          @ended = []
          @leaving = 0
          @count = 0
        end
      end

      # @return [Integer] of the configuration; {#scale} does not change it
      def concurrency
        App.config.concurrency
      end

      # @return [Integer] -3..3
      def worker_thread_priority
        App.config.worker_thread_priority
      end

      # @return [Core::Monitoring::Monitor]
      def monitor
        Karafka.monitor
      end

      private

      # Workers once everybody who was asked to go is gone.
      def planned
        @workers.size - @leaving
      end

      def grow(target)
        from = planned
        (target - from).times { add_worker }
        ["worker.scaling.up", { workers_pool: self, from:, to: target }]
      end

      def add_worker
        worker = Worker.new("karafka.worker##{@count}", @jobs_queue, self)
        @count += 1
        @workers << worker
        worker.start(worker_thread_priority)
      end

      def tell_killed(worker)
        error = Errors::BaseError.new("a job killed the thread of #{worker.name}; another takes its place")
        Karafka.monitor.instrument("error.occurred", caller: worker, error:, type: "worker.process.error")
      end

      def shrink(target)
        surplus = planned - target
        return if surplus.zero?

        from = @workers.size
        @leaving += surplus
        surplus.times { @jobs_queue.release_worker }
        ["worker.scaling.down", { workers_pool: self, from:, to: target }]
      end
    end
  end
end
