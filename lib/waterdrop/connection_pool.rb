# frozen_string_literal: true

begin
  require "connection_pool"
rescue LoadError
  raise LoadError, "WaterDrop::ConnectionPool needs the gem connection_pool: add it to the Gemfile"
end

module WaterDrop
  # Producers to borrow, for work that needs one to itself, such as parallel transactions. Each is
  # built when it is first borrowed.
  class ConnectionPool
    autoload :Shared, "waterdrop/connection_pool/shared"
    extend Shared

    # @return [::ConnectionPool] the pool behind this one
    attr_reader :pool

    # @param size [Integer] producers at most
    # @param timeout [Numeric] milliseconds that a borrower waits
    # @yieldparam config [Karafka::Core::Configurable::Node] of one producer
    # @yieldparam index [Integer] from 1, never used again; only for blocks with two parameters
    def initialize(size: 5, timeout: 5_000, &producer_config)
      raise ArgumentError, "a block that configures producers is needed" unless producer_config

      @producer_config = producer_config
      @index = 0
      @index_mutex = Mutex.new
      @pool = ::ConnectionPool.new(size:, timeout: timeout / 1_000.0) { build }
      WaterDrop.monitor.instrument("connection_pool.created", pool: self, size:, timeout:)
    end

    # Lends a producer to the block; nested in one thread, the same one.
    #
    # @yieldparam producer [Producer]
    # @return [Object, nil] what the block returned
    # @raise [::ConnectionPool::TimeoutError] none became free in time
    # @raise [::ConnectionPool::PoolShuttingDownError] after {#shutdown}
    def with(*args, **options, &block)
      @pool.with(*args, **options, &block)
    end

    # Lends a producer and opens a transaction on it.
    #
    # @yieldparam producer [Producer]
    # @return [Object, nil] what the block returned
    def transaction
      with { |producer| producer.transaction { yield(producer) } }
    end

    # @return [Integer] producers at most
    def size(*)
      @pool.size
    end

    # @return [Integer] producers that could be borrowed now
    def available(*)
      @pool.available
    end

    # @return [Hash{Symbol => Integer}] `size:` and `available:`
    def stats
      { size:, available: }
    end

    # Closes the producers, and the pool.
    #
    # @param force [Boolean] see {Producer#close!}
    def shutdown(force: false)
      @pool.shutdown { |producer| close_producer(producer, force) }
      WaterDrop.monitor.instrument("connection_pool.shutdown", pool: self)
      nil
    end
    alias close shutdown

    # Closes the producers, never by force, and goes on with new ones.
    def reload
      @pool.reload { |producer| close_producer(producer, false) }
      WaterDrop.monitor.instrument("connection_pool.reloaded", pool: self)
      nil
    end

    private

    def build
      index = @index_mutex.synchronize { @index += 1 }
      Producer.new do |config|
        @producer_config.arity == 2 ? @producer_config.call(config, index) : @producer_config.call(config)
      end
    end

    def close_producer(producer, force)
      producer.close(force:) if producer.status.active?
    end
  end
end
