# frozen_string_literal: true

require "securerandom"

module Karafka
  # The consuming process: start, quiet, stop, and the forceful end of what does not stop.
  class Server
    autoload :Consumers, "karafka/server/consumers"
    autoload :Shutdown, "karafka/server/shutdown"

    class << self
      # @return [String] 12 hex digits, made at load: forks share it
      attr_accessor :id
      # @return [ExecutionMode]
      attr_reader :execution_mode
      # @return [Connection::ListenersBatch, nil] nil before a run
      attr_accessor :listeners
      # @return [Processing::JobsQueue, nil] nil before a run
      attr_accessor :jobs_queue
      # @return [Processing::WorkersPool] empty before a run
      attr_accessor :workers

      # @param mode [ExecutionMode, Symbol, String]
      # @raise [ArgumentError] no such mode
      def execution_mode=(mode)
        @execution_mode = mode.is_a?(ExecutionMode) ? mode : ExecutionMode.new(mode)
      end

      # Runs until terminated, with signal handlers and warm-up. On the main thread.
      #
      # @return [nil]
      # @raise [StandardError] what kept it from starting, after a full stop; what crashed it
      def run
        prepare_run
        start
      end

      # Runs on the calling thread until terminated, without touching signals.
      def start
        prepare
        Runner.new.call
        conclude
        nil
      ensure
        forget
      end

      # Builds queue, workers' pool and listeners, unless a run did already.
      #
      # @raise [Errors::InvalidConfigurationError] an active topic has a consumer that is none
      def prepare
        return if @jobs_queue

        Setup::EagerLoad.call
        Consumers.check
        self.jobs_queue = jobs_queue_class.new
        workers.jobs_queue = jobs_queue
        jobs_queue.pool = workers
        self.listeners = Connection::ListenersBatch.new(jobs_queue)
      end

      # For another run in this process, or for the first one in a child that was forked from a run.
      def forget
        self.jobs_queue = nil
        workers.reset
      end

      # Finish current work, run shutdown hooks, stay in the group. Returns at once.
      def quiet
        App.quiet!
      end

      # Stops and blocks until terminated; a second call returns at once. Call it from a thread of its
      # own, never from a worker, which would wait for itself.
      #
      # @return [nil]
      def stop
        return if App.stopped? || App.terminated? || crashed? || !@ending.try_lock

        begin
          shut_down
        ensure
          @ending.unlock
        end
        nil
      end

      # @return [Routing::ActivityManager]
      def activity_manager
        App.config.internal.routing.activity_manager
      end

      # @return [Contracts::ServerCliOptions]
      def cli_contract
        App.config.internal.cli.contract
      end

      # @return [Process]
      def process
        App.config.internal.process
      end

      # @return [Class]
      def jobs_queue_class
        App.config.internal.processing.jobs_queue_class
      end

      # @return [Integer] ms
      def shutdown_timeout
        App.config.shutdown_timeout
      end

      # @return [Numeric] seconds
      def supervision_sleep
        App.config.internal.supervision_sleep
      end

      # @return [Integer]
      def forceful_exit_code
        App.config.internal.forceful_exit_code
      end

      # @return [Integer] ms
      def forceful_shutdown_wait
        App.config.internal.forceful_shutdown_wait
      end

      private

      # What fails before the runner is stopped like a run: subscribers and producer see a whole end.
      def prepare_run
        prepare
        cli_contract.validate!(activity_manager.to_h, scope: %w[cli]) unless execution_mode.swarm?
        install_signals
        App.warmup
      rescue StandardError
        stop
        forget
        raise
      end

      def install_signals
        process.clear
        process.on_sigint { stop }
        process.on_sigquit { stop }
        process.on_sigterm { stop }
        process.on_sigtstp { quiet }
        # Without a callback of its own the signal would stay untrapped; the logger listener acts on it.
        process.on_sigttin { nil }
        process.supervise
      end

      # A subscriber that raises must not keep the process from ending: nobody else would stop it.
      def shut_down
        App.stop!
      ensure
        Shutdown.new(self).call
      end

      # A crash ends what ran and leaves the app stopping.
      def crashed?
        App.stopping? && @jobs_queue.nil?
      end

      # Everything has ended. Either somebody stops and is about to finish, or user code called
      # `App.stop!` alone, and the rest is ours.
      def conclude
        @ending.synchronize { Shutdown.new(self).call unless App.terminated? }
      end
    end

    # Held by whoever stops, to the end.
    @ending = Mutex.new
    self.id = SecureRandom.hex(6)
    self.execution_mode = :standalone
    self.workers = Processing::WorkersPool.new
  end
end
