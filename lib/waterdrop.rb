# frozen_string_literal: true

require "karafka"

# Producing to Kafka: validated settings, asynchronous and synchronous dispatch, buffering,
# transactions, and events about all of it.
module WaterDrop
  autoload :AbortTransaction, "waterdrop/errors"
  autoload :Clients, "waterdrop/clients"
  autoload :Config, "waterdrop/config"
  autoload :ConnectionPool, "waterdrop/connection_pool"
  autoload :Contracts, "waterdrop/contracts"
  autoload :Errors, "waterdrop/errors"
  autoload :Helpers, "waterdrop/helpers/counter"
  autoload :Instrumentation, "waterdrop/instrumentation"
  autoload :Middleware, "waterdrop/middleware"
  autoload :Polling, "waterdrop/polling"
  autoload :Producer, "waterdrop/producer"
  autoload :VERSION, "waterdrop/version"

  class << self
    # Events that belong to no single producer: creation, set-up, connection pools.
    #
    # @return [Instrumentation::ClassMonitor]
    def instrumentation
      @instrumentation ||= Instrumentation::ClassMonitor.new
    end
    alias monitor instrumentation

    # Loads what dispatches may come to need, failures included. Before Ruby 3.2 a thread that is killed
    # while it autoloads takes the process with it, so nothing may be left to load then.
    #
    # @api private
    def load_all
      @load_all ||= [
        Clients, Contracts, Instrumentation, Polling, ::Rdkafka, ::Rdkafka::Producer, ::Rdkafka::Consumer
      ].each { |namespace| namespace.constants.each { |name| namespace.const_get(name) } }.any?
    end

    # @return [Pathname] root of the installed gem
    def gem_root
      Pathname.new(File.expand_path("..", __dir__))
    end

    # @return [ConnectionPool, nil] the global pool
    def pool
      ConnectionPool.default_pool
    end

    # @see ConnectionPool.with
    def with(...)
      ConnectionPool.with(...)
    end

    # @see ConnectionPool.transaction
    def transaction(...)
      ConnectionPool.transaction(...)
    end
  end
end
