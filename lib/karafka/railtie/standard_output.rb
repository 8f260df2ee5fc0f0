# frozen_string_literal: true

module Karafka
  class Railtie < ::Rails::Railtie
    # Shows what Rails logs on the terminal of `karafka server` while one develops.
    module StandardOutput
      class << self
        # @param logger [Logger] that of Rails, which goes on to write where it did
        # @return [Logger] the same object. In development under the command line it writes to standard
        #   output too, unless it did before: no line comes twice
        def joined_to(logger)
          return logger unless wanted? && !shown?(logger)

          broadcast(logger, to_standard_output(logger))
          logger
        end

        private

        def wanted?
          ::Rails.env.development? && ENV.key?("KARAFKA_CLI")
        end

        def shown?(logger)
          ::ActiveSupport::Logger.logger_outputs_to?(logger, $stdout)
        end

        def to_standard_output(logger)
          shown = ::ActiveSupport::Logger.new($stdout)
          shown.formatter = logger.formatter
          shown.level = logger.level
          shown
        end

        # Rails 7.1 has a logger that broadcasts; older ones are taught it.
        def broadcast(logger, shown)
          return logger.broadcast_to(shown) if logger.respond_to?(:broadcast_to)

          logger.extend(::ActiveSupport::Logger.broadcast(shown))
        end
      end
    end
  end
end
