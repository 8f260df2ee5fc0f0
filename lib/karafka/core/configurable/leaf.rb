# frozen_string_literal: true

require "monitor"

module Karafka
  module Core
    module Configurable
      # Declaration of one setting and the value it has in one node.
      #
      # A constructor runs when the setting is read first, so that it may name classes that are
      # loaded later. Reading never changes what another reader sees.
      class Leaf
        # One lock for all constructors, which may read other settings. Without it two threads that
        # ask first would each get a component of their own, and wait for each other's wake-up.
        CONSTRUCTION = ::Monitor.new
        private_constant :CONSTRUCTION

        # @param default [Object] shared by reference between all copies
        # @param constructor [#call, nil] builds the value; takes the default, or nothing
        # @param lazy [Boolean] a constructed nil or false is not kept: the next read tries again
        def initialize(default: nil, constructor: nil, lazy: false)
          @default = default
          @constructor = constructor
          @lazy = lazy
          @settled = constructor.nil?
          @value = default
          @assigned = false
        end

        # @return [Object]
        def value
          return @value if @settled

          CONSTRUCTION.synchronize { @settled ? @value : settle(construct) }
        end

        # @param value [Object] false and nil are values like any other
        def value=(value)
          @value = value
          @settled = @assigned = true
        end

        # @return [Boolean] there is a value without running a constructor
        def settled?
          @settled
        end

        # @return [Leaf] with what was assigned; constructed values are built anew by each copy
        def copy
          copied = Leaf.new(default: @default, constructor: @constructor, lazy: @lazy)
          copied.value = @value if @assigned
          copied
        end

        private

        def settle(built)
          return built if @lazy && !built

          @value = built
          @settled = true
          built
        end

        def construct
          takes_default = @constructor.respond_to?(:arity) && !@constructor.arity.zero?
          takes_default ? @constructor.call(@default) : @constructor.call
        end
      end
    end
  end
end
