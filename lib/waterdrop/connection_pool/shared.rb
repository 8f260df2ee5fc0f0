# frozen_string_literal: true

module WaterDrop
  class ConnectionPool
    # The pool of the whole process, on the class itself.
    module Shared
      # @return [ConnectionPool, nil]
      attr_accessor :default_pool

      # Makes the process's pool. One that was set before is not closed.
      #
      # @see ConnectionPool#initialize
      # @return [ConnectionPool]
      def setup(size: 5, timeout: 5_000, &producer_config)
        @default_pool = new(size:, timeout:, &producer_config)
        WaterDrop.monitor.instrument("connection_pool.setup", pool: @default_pool, size:, timeout:)
        @default_pool
      end

      # @see ConnectionPool#with
      # @raise [RuntimeError] there is no pool
      def with(...)
        existing_pool.with(...)
      end

      # @see ConnectionPool#transaction
      # @raise [RuntimeError] there is no pool
      def transaction(...)
        existing_pool.transaction(...)
      end

      # @return [Hash{Symbol => Integer}, nil]
      def stats
        @default_pool&.stats
      end

      # @return [Boolean]
      def active?
        !@default_pool.nil?
      end

      # @see ConnectionPool#shutdown
      def shutdown(force: false)
        return unless @default_pool

        @default_pool.shutdown(force:)
        @default_pool = nil
      end
      alias close shutdown

      # @see ConnectionPool#reload
      def reload
        return unless @default_pool

        @default_pool.reload
        WaterDrop.monitor.instrument("connection_pool.reload", pool: @default_pool)
      end

      private

      def existing_pool
        @default_pool || raise("no connection pool: call WaterDrop::ConnectionPool.setup first")
      end
    end
  end
end
