# frozen_string_literal: true

module Karafka
  # Consuming inside another long-lived process, which owns signals, eager loading and its own end.
  module Embedded
    @mutex = Mutex.new
    @pid = nil

    class << self
      # Starts consuming in the background, once a process; a child forked later may start its own.
      #
      # @return [Thread, nil] named `karafka.embedded`; nil when it was started before
      # @raise [Errors::InvalidConfigurationError] an active topic has a consumer that is none
      def start
        Server::Consumers.check
        @mutex.synchronize do
          return if @pid == ::Process.pid

          leave_parent if @pid
          @pid = ::Process.pid
        end
        Server.execution_mode.embedded!
        Process.tags.add(:execution_mode, "mode:embedded")
        @thread = Thread.new { run }.tap { |thread| thread.name = "karafka.embedded" }
      end

      # Stops and blocks until terminated. May be called again, before a start, and from a trap.
      #
      # @return [nil]
      def stop
        return unless @thread

        # It is closed by other threads, while the trap waits for them.
        Karafka.producer&.pass_by_interrupted
        stopping = Thread.new do
          Thread.current.name = "karafka.embedded.stopping"
          Server.stop
          # Somebody else may be stopping already.
          sleep(0.05) while @thread.alive? && !App.terminated?
        end
        stopping.join
        nil
      end

      # Finish current work, run shutdown hooks, stay in the group. May be called from a trap.
      #
      # @return [nil]
      def quiet
        Thread.new { Server.quiet }
        nil
      end

      private

      # A child has the state of its parent's run, but neither its threads nor its connections.
      def leave_parent
        Server.forget
        Instrumentation::AssignmentsTracker.instance.clear
        App.config.internal.status.reset!
      end

      def run
        # What keeps it from starting is nobody's event: Ruby tells it.
        Server.prepare
        # A crash was told as `runner.call.error`; the host goes on.
        Thread.current.report_on_exception = false
        Server.start
      end
    end
  end
end
