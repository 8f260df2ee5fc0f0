# frozen_string_literal: true

require "json"
require "logger"
require "pathname"

# Before anything that a rival gem defines too, and by path, as its files may come first.
require_relative "karafka/gem_conflicts"
Karafka::GemConflicts.verify!

require_relative "karafka/version"

# Stream and job processing on Kafka. README.md is the entrance, `Karafka::App` the boot.
module Karafka
  autoload :ActiveJob, "karafka/active_job"
  autoload :Admin, "karafka/admin"
  autoload :App, "karafka/app"
  autoload :BaseConsumer, "karafka/base_consumer"
  autoload :Cli, "karafka/cli"
  autoload :Connection, "karafka/connection"
  autoload :Contracts, "karafka/contracts"
  autoload :Core, "karafka/core"
  autoload :Declaratives, "karafka/declaratives"
  autoload :Deserializers, "karafka/deserializers"
  autoload :Embedded, "karafka/embedded"
  autoload :Encryption, "karafka/encryption"
  autoload :Env, "karafka/env"
  autoload :Errors, "karafka/errors"
  autoload :ExecutionMode, "karafka/execution_mode"
  autoload :Instrumentation, "karafka/instrumentation"
  autoload :Messages, "karafka/messages"
  autoload :Native, "karafka/native"
  autoload :OwnThread, "karafka/own_thread"
  autoload :Pro, "karafka/pro"
  autoload :Process, "karafka/process"
  autoload :Processing, "karafka/processing"
  autoload :Routing, "karafka/routing"
  autoload :Runner, "karafka/runner"
  autoload :ScheduledMessages, "karafka/scheduled_messages"
  autoload :Server, "karafka/server"
  autoload :Setup, "karafka/setup"
  autoload :Status, "karafka/status"
  autoload :Testing, "karafka/testing"

  # Value of KARAFKA_BOOT_FILE that disables loading one.
  NO_BOOT_FILE = "false"
  private_constant :NO_BOOT_FILE

  class << self
    # @return [Env] environment; changed in place by {#env=}
    def env
      @env ||= Env.new
    end

    # @param environment [String, Symbol]
    def env=(environment)
      env.replace(environment.to_s)
    end

    # @return [Logger] that of the configuration; the default one before setup
    def logger
      @logger ||= App.config.logger
    end

    # @return [Core::Monitoring::Monitor] that of the configuration; the default one before setup
    def monitor
      @monitor ||= App.config.monitor
    end

    # @return [WaterDrop::Producer, nil] the app's producer; nil before setup
    def producer
      App.config.producer
    end

    # @return [false] what other gems license separately is not loaded
    def pro?
      false
    end

    # @return [Pathname] folder of this gem
    def gem_root
      @gem_root ||= Pathname.new(File.expand_path("..", __dir__))
    end

    # @return [Pathname] folder of the framework's sources
    def core_root
      @core_root ||= Pathname.new(File.expand_path("karafka", __dir__))
    end

    # @return [Pathname] folder of the app: KARAFKA_ROOT_DIR, else where its outermost Gemfile is,
    #   else the working folder. Found once.
    def root
      @root ||= Pathname.new(ENV["KARAFKA_ROOT_DIR"] || gemfile_folder || Dir.pwd)
    end

    # Read anew at each call.
    #
    # @return [Pathname] KARAFKA_BOOT_FILE (from {#root} if relative; `false` stays `false`), else
    #   `karafka.rb` in {#root}
    def boot_file
      named = ENV.fetch("KARAFKA_BOOT_FILE", "karafka.rb")
      named == NO_BOOT_FILE ? Pathname.new(named) : Pathname.new(File.expand_path(named, root))
    end

    # Loads Rails if the app has it, unless KARAFKA_REQUIRE_RAILS is `false`: if it is in the bundle, or,
    # without Bundler, beside a `config/environment.rb`. That it is installed says nothing.
    #
    # @return [Boolean] Rails is there
    def rails?
      return true if @rails ||= Object.const_defined?("Rails::Railtie")
      return false if @rails_sought || ENV["KARAFKA_REQUIRE_RAILS"] == "false" || !rails_expected?

      @rails_sought = true
      require "rails"
      @rails = Object.const_defined?("Rails::Railtie")
    rescue LoadError
      false
    end

    # Takes logger and monitor from the configuration again. Setup calls this.
    def refresh!
      @logger = App.config.logger
      @monitor = App.config.monitor
      nil
    end

    private

    def rails_expected?
      ENV.key?("BUNDLE_GEMFILE") || File.exist?(File.join(Dir.pwd, "config", "environment.rb"))
    end

    # Not the raw BUNDLE_GEMFILE: tools that run in a bundle of their own set it for themselves.
    def gemfile_folder
      return unless defined?(::Bundler)

      ::Bundler.with_unbundled_env { ::Bundler.default_gemfile }.dirname
    rescue ::Bundler::GemfileNotFound
      nil
    end
  end
end

# The other two namespaces that apps know. By absolute path, so that no gem of the same name wins.
autoload :Rdkafka, File.expand_path("rdkafka", __dir__)
autoload :WaterDrop, File.expand_path("waterdrop", __dir__)

# Names its initializers while Rails boots, so it cannot wait to be asked for.
require_relative "karafka/railtie" if Karafka.rails?
