# frozen_string_literal: true

require "fileutils"
require "logger"

module Karafka
  module Instrumentation
    # The logger of apps that configure none: standard output and `log/<environment>.log`.
    class Logger < ::Logger
      autoload :Tee, "karafka/instrumentation/logger/tee"

      # What is logged from, by environment.
      LEVELS = {
        "production" => ::Logger::ERROR,
        "test" => ::Logger::ERROR,
        "debug" => ::Logger::DEBUG
      }.freeze
      private_constant :LEVELS

      # Takes what `::Logger` takes; without a device, the default ones.
      def initialize(device = nil, *rotation, **options)
        super(device || Tee.new($stdout, log_file), *rotation, **options)
        self.level = LEVELS.fetch(Karafka.env.to_s, ::Logger::INFO) unless options.key?(:level)
      end

      private

      # @return [File, nil] nil where nothing can be written: a log must not stop an app
      def log_file
        path = Karafka.root.join("log", "#{Karafka.env}.log")
        FileUtils.mkdir_p(path.dirname)
        File.open(path, "a").tap { |file| file.sync = true }
      rescue SystemCallError
        nil
      end
    end
  end
end
