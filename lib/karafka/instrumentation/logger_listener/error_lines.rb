# frozen_string_literal: true

module Karafka
  module Instrumentation
    class LoggerListener
      # Lines about contained errors. A type nobody has heard of is logged like any other: a log
      # listener that raises would take a framework thread with it.
      module ErrorLines
        # Type => level, where that is not `error`.
        LEVELS = {
          "worker.process.error" => :fatal,
          "runner.call.error" => :fatal,
          "swarm.supervisor.error" => :fatal,
          "lag_compensation.refresher.error" => :warn
        }.freeze

        # Where the stack says nothing that the message does not.
        WITHOUT_BACKTRACE = %w[app.stopping.error lag_compensation.refresher.error].freeze
        private_constant :LEVELS, :WITHOUT_BACKTRACE

        # @param event [Core::Monitoring::Event] `type`, `error` and `caller` are needed
        # @raise [KeyError] one of them is missing
        def on_error_occurred(event)
          type = event[:type]
          level = LEVELS.fetch(type, :error)
          text = ErrorText.new(event)
          return text.forceful_stop.each { |line| error(line) } if type == "app.stopping.error"

          public_send(level, text.to_s)
          return if WITHOUT_BACKTRACE.include?(type)

          public_send(level, (event[:error].backtrace || []).join("\n"))
        end
      end
    end
  end
end
