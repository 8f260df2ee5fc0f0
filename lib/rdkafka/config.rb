# frozen_string_literal: true

require "logger"

module Rdkafka
  # What is set for the whole process, and what bad settings raise.
  class Config
    # A librdkafka setting is unknown or has a bad value.
    class ConfigError < RuntimeError; end

    # librdkafka made no client from these settings.
    class ClientCreationError < RuntimeError; end

    # The process-wide client logger was set to nil.
    class NoLoggerError < RuntimeError; end

    @logger = Logger.new($stdout, level: Logger::WARN)

    class << self
      # @return [Logger] where the lines of librdkafka's own log go
      attr_reader :logger

      # @param logger [Logger]
      # @raise [NoLoggerError] for nil
      def logger=(logger)
        raise NoLoggerError, "the client logger cannot be nil" if logger.nil?

        @logger = logger
      end
    end
  end
end
