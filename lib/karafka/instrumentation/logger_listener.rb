# frozen_string_literal: true

module Karafka
  module Instrumentation
    # Logs what the framework does, through `Karafka.logger`. Log pipelines match these lines: their
    # text is part of the public API.
    #
    # Subclasses may override {#debug} to {#fatal} to send the lines elsewhere.
    class LoggerListener
      autoload :AppLines, "karafka/instrumentation/logger_listener/app_lines"
      autoload :ConnectionLines, "karafka/instrumentation/logger_listener/connection_lines"
      autoload :ErrorLines, "karafka/instrumentation/logger_listener/error_lines"
      autoload :ErrorText, "karafka/instrumentation/logger_listener/error_text"
      autoload :ProcessingLines, "karafka/instrumentation/logger_listener/processing_lines"
      autoload :SwarmLines, "karafka/instrumentation/logger_listener/swarm_lines"

      include AppLines
      include ConnectionLines
      include ErrorLines
      include ProcessingLines
      include SwarmLines

      # @param log_polling [Boolean] log each poll; a line a second for each quiet connection
      def initialize(log_polling: true)
        @log_polling = log_polling
      end

      %i[debug info warn error fatal].each do |level|
        define_method(level) { |*args| Karafka.logger.public_send(level, *args) }
      end

      private

      def log_polling?
        @log_polling
      end

      def milliseconds(time)
        time.round(2)
      end
    end
  end
end
