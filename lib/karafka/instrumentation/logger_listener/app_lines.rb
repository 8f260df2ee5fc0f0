# frozen_string_literal: true

module Karafka
  module Instrumentation
    class LoggerListener
      # Lines about the state and the signals of the process.
      module AppLines
        # @param event [Core::Monitoring::Event]
        def on_app_running(event)
          info("[#{event[:server_id]}] Running in #{RUBY_DESCRIPTION}")
          info("[#{event[:server_id]}] Running Karafka #{Karafka::VERSION} server")
        end

        # @param event [Core::Monitoring::Event]
        def on_app_quieting(event)
          info("[#{event[:server_id]}] Switching to quiet mode. New messages will not be processed")
        end

        # @param event [Core::Monitoring::Event]
        def on_app_quiet(event)
          info("[#{event[:server_id]}] Reached quiet mode. No messages will be processed anymore")
        end

        # @param event [Core::Monitoring::Event]
        def on_app_stopping(event)
          info("[#{event[:server_id]}] Stopping Karafka server")
        end

        # @param event [Core::Monitoring::Event]
        def on_app_stopped(event)
          info("[#{event[:server_id]}] Stopped Karafka server")
        end

        # On SIGTTIN also the backtraces of all threads.
        #
        # @param event [Core::Monitoring::Event]
        def on_process_notice_signal(event)
          info("[#{Server.id}] Received #{event[:signal]} system signal")
          Thread.list.each { |thread| log_thread(thread) } if event[:signal] == :SIGTTIN
        end

        private

        def log_thread(thread)
          id = (thread.object_id ^ ::Process.pid).to_s(36)

          warn("")
          warn("Thread TID-#{id} #{thread.name}".rstrip)
          # Nil for a thread that ended meanwhile, empty for one that has not begun.
          frames = thread.backtrace || []
          warn(frames.empty? ? "<no backtrace available>" : frames.join("\n"))
        end
      end
    end
  end
end
