# frozen_string_literal: true

module Karafka
  module Processing
    # A thread that works jobs off. No job can end it: what a job raises is told, then comes the next.
    class Worker
      include OwnThread

      # @return [String] `karafka.worker#<n>`
      attr_reader :name

      # @param name [String]
      # @param jobs_queue [JobsQueue]
      # @param pool [WorkersPool]
      def initialize(name, jobs_queue, pool)
        @name = name
        @jobs_queue = jobs_queue
        @pool = pool
        @monitor = Karafka.monitor
        @wrapper = App.config.internal.processing.worker_job_call_wrapper
      end

      # @param priority [Integer]
      def start(priority)
        async_call(@name, priority)
      end

      # The whole life of the thread. A job may kill it: neither its end nor an error.
      def call
        killed = true
        nil while work
        completed(nil)
        killed = false
      rescue Exception # rubocop:disable Lint/RescueException
        killed = false
        raise
      ensure
        @pool.deregister(self, killed:)
      end

      private

      # One job; falsy when there is no more.
      def work
        job = @jobs_queue.pop
        return false unless job

        begin
          perform(job)
        ensure
          @jobs_queue.complete(job)
          completed(job)
        end
        true
      end

      def perform(job)
        payload = { caller: self, job:, jobs_queue: @jobs_queue }
        job.wrap { run(job, payload) }
        job.finish!
      rescue Exception => e # rubocop:disable Lint/RescueException
        failed(payload, e)
      ensure
        job.finish! unless job.finished?
      end

      def run(job, payload)
        @monitor.instrument("worker.process", payload)
        @monitor.instrument("worker.processed", payload) do
          job.before_call
          @wrapper ? @wrapper.wrap { job.call } : job.call
        ensure
          job.after_call
        end
      end

      # The job is through, whatever a subscriber thinks of that. One that raises again and again ends
      # the worker, and by that the server, which raises the same.
      def completed(job)
        payload = { caller: self, job:, jobs_queue: @jobs_queue }
        @monitor.instrument("worker.completed", payload)
        @untold = false
      rescue Exception => e # rubocop:disable Lint/RescueException
        raise if @untold

        @untold = true
        failed(payload, e)
      end

      def failed(payload, error)
        @monitor.instrument("error.occurred", **payload, error:, type: "worker.process.error")
      end
    end
  end
end
