# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # From a partitioner's key to a lane: byte sum of the key's text modulo 65,536, then modulo the
      # number of lanes. The engine computes it for whole batches; {#call} gives the same. Threads: any.
      class DefaultReducer
        # @return [Integer] number of lanes
        attr_reader :lanes

        # @param lanes [Integer] 1 or more
        def initialize(lanes)
          @lanes = lanes
          freeze
        end

        # @param key [#to_s]
        # @return [Integer] 0 up to, not including, {#lanes}
        def call(key)
          key.to_s.sum % @lanes
        end

        # @param other [Object]
        # @return [Boolean] it reduces to the same lanes
        def ==(other)
          other.instance_of?(self.class) && other.lanes == @lanes
        end
        alias eql? ==

        # @return [Integer]
        def hash
          [self.class, @lanes].hash
        end
      end
    end
  end
end
