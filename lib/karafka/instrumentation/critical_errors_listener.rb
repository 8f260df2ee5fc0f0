# frozen_string_literal: true

require "singleton"

module Karafka
  module Instrumentation
    # Starts a graceful stop when user code asked for the end of the process (`exit` in a consumer)
    # or must not go on. Once for each run.
    class CriticalErrorsListener
      include Singleton

      def initialize
        @mutex = Mutex.new
        @stopping = false
      end

      # A new run in the same process may fail anew.
      def on_app_running(_event)
        @mutex.synchronize { @stopping = false }
      end

      # Never raises: the thread that publishes is one of the framework's.
      #
      # @param event [Core::Monitoring::Event]
      def on_error_occurred(event)
        return unless critical?(event[:error])
        return if already_stopping?

        stopper = Thread.new { stop }
        stopper.name = "karafka.critical_shutdown"
      rescue StandardError => e
        report(e)
      end

      # @return [Array<Class>]
      def critical_errors
        App.config.internal.processing.critical_errors
      end

      private

      def critical?(error)
        critical_errors.any? { |critical| error.is_a?(critical) }
      end

      # True for all but the first; a quiet app still has to be stopped.
      def already_stopping?
        @mutex.synchronize do
          return true if @stopping || App.stopping? || App.stopped? || App.terminated?

          @stopping = true
          false
        end
      end

      def stop
        Server.stop
      rescue StandardError => e
        report(e)
      end

      def report(error)
        Karafka.logger.error("Stop after a critical error failed: #{error.class} - #{error.message}")
      rescue StandardError
        nil
      end
    end
  end
end
