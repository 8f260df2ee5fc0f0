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
        # Of a monitor of the app's own class nothing is known, and nothing comes past a listener.
        @bus = @monitor.notifications_bus if @monitor.respond_to?(:notifications_bus)
        @wrapper = App.config.internal.processing.worker_job_call_wrapper
      end

      # @param priority [Integer]
      def start(priority)
        async_call(@name, priority)
      end

      # The whole life of the thread.
      def call
        nil while work
        completed(nil)
      ensure
        @pool.deregister(self)
      end

      private

      # One job; falsy when there is no more.
      def work
        taken = @jobs_queue.take
        return taken unless taken

        taken.is_a?(Array) ? past_listener(taken) : work_off(taken, taken.object_id)
        true
      end

      def work_off(job, number)
        perform(job)
      ensure
        @jobs_queue.complete(job, number)
        completed(job)
      end

      # A batch that came past its listener. While nobody listens to the workers either, it needs no job.
      def past_listener(taken)
        executor = @jobs_queue.seats.executor(taken)
        return work_off(executor.take(taken[2], taken[3]), taken[0]) if @wrapper || @bus.jobs_heard

        begin
          executor.run_unheard(taken[2], taken[3])
        rescue Exception => e # rubocop:disable Lint/RescueException
          failed({ caller: self, job: @jobs_queue.seats.job(taken), jobs_queue: @jobs_queue }, e)
        ensure
          @jobs_queue.native.complete(taken[0])
          completed(@jobs_queue.seats.job(taken)) if @bus.jobs_heard
        end
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
