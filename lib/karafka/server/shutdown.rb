# frozen_string_literal: true

module Karafka
  class Server
    # The end of a run: waits for listeners and workers, forces those that do not end, then closes the
    # producer. One instance a stop, on the thread that asked for it.
    class Shutdown
      include Core::Helpers::Time

      # @param server [Class<Server>]
      def initialize(server)
        @server = server
      end

      # Blocks until terminated. A forced end of a supervised process does not return.
      def call
        force unless ended_in_time?
        App.stopped!
      ensure
        close
      end

      private

      # Whoever raises on the way is told by the caller; the process must end all the same.
      def close
        close_producers
      ensure
        App.terminate!
      end

      # Looks at least once, however short the timeout.
      def ended_in_time?
        deadline = monotonic_now + @server.shutdown_timeout
        loop do
          return true if ended?
          return false if monotonic_now > deadline

          sleep([@server.supervision_sleep, [(deadline - monotonic_now) / 1_000.0, 0.001].max].min)
        end
      end

      def ended?
        listeners.empty? && @server.workers.stopped?
      end

      def listeners
        @server.listeners ? @server.listeners.active : []
      end

      def force
        listeners = self.listeners
        report_forced(listeners)
      ensure
        @server.workers.terminate
        listeners.each(&:terminate)
        close_clients(listeners)
        # No at_exit handler runs and nothing is flushed: whatever hangs must not hold the process.
        exit!(@server.forceful_exit_code) if @server.process.supervised? && !@server.execution_mode.embedded?
      end

      def report_forced(listeners)
        Karafka.monitor.instrument(
          "error.occurred",
          caller: @server, error: Errors::ForcefulShutdownError.new, type: "app.stopping.error",
          active_listeners: listeners, alive_workers: @server.workers.alive,
          in_processing: @server.jobs_queue ? @server.jobs_queue.in_processing.dup : {}
        )
      end

      # Beside us, because a client that hangs may be the reason why we are here.
      def close_clients(listeners)
        closing = Thread.new do
          listeners.each(&:shutdown)
        rescue StandardError => e
          Karafka.monitor.instrument(
            "error.occurred", caller: @server, error: e, type: "app.forceful_stopping.error"
          )
        end
        closing.join(@server.forceful_shutdown_wait / 1_000.0)
        listeners.each(&:stopped!)
      end

      def close_producers
        Karafka.producer&.close
        # What was never loaded holds no producers.
        pool = WaterDrop::ConnectionPool unless WaterDrop.autoload?(:ConnectionPool)
        pool.shutdown if pool&.active?
      end
    end
  end
end
