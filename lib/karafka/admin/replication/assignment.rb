# frozen_string_literal: true

module Karafka
  class Admin
    class Replication
      # Chooses brokers for the partitions of a topic.
      class Assignment
        # @param info [Hash] of the topic
        # @param brokers [Array<Integer>] sorted ids
        def initialize(info, brokers)
          @partitions = info[:partitions]
          @brokers = brokers
        end

        # Keeps replicas and adds to them. A partition that has more than the target stays as it is.
        #
        # @param target [Integer]
        # @return [Hash{Integer => Array<Integer>}]
        def grow(target)
          @partitions.to_h do |partition|
            present = partition[:replicas]
            remaining = @brokers - present
            missing = [target - present.size, 0].max
            [partition[:partition_id], (present + pick(remaining, partition[:partition_id], missing)).sort]
          end
        end

        # @param factor [Integer]
        # @return [Hash{Integer => Array<Integer>}]
        def spread(factor)
          @partitions.to_h do |partition|
            [partition[:partition_id], pick(@brokers, partition[:partition_id], factor)]
          end
        end

        private

        # The next `count` ones from a place that each partition has for its own.
        def pick(brokers, partition_id, count)
          Array.new(count) { |step| brokers[(partition_id + step) % brokers.size] }
        end
      end
    end
  end
end
