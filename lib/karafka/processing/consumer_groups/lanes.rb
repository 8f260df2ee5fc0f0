# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # What consumers of topics with virtual partitions, or long-running jobs, know of the others that
      # work on the same partition. Any thread.
      module Lanes
        private

        # @return [Boolean] the whole run is one lane, in Kafka's order
        def collapsed?
          coordinator.collapsed?
        end

        # Asks for one lane until the offset is passed, from the next fetch on. The highest request wins.
        #
        # @param offset [Integer] inclusive
        # @return [nil]
        def collapse_until!(offset)
          coordinator.state.collapse_until(offset)
        end

        # @return [Boolean] a lane of this run has failed already
        def failing?
          coordinator.failing?
        end

        # One lane of the partition at a time. May be entered again by who is inside.
        #
        # @return [Object] of the block
        def synchronize(&block)
          coordinator.synchronize(&block)
        end
      end
    end
  end
end
