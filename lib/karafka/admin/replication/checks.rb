# frozen_string_literal: true

module Karafka
  class Admin
    class Replication
      # Refuses plans that cannot be, with the first reason.
      class Checks
        # @param info [Hash] of the topic
        # @param brokers [Array<Integer>] ids
        def initialize(info, brokers)
          @partition_ids = info[:partitions].map { |partition| partition[:partition_id] }
          @current = info[:partitions].first[:replica_count]
          @brokers = brokers
        end

        # @param target [Integer]
        # @param assignment [Hash{Integer => Array<Integer>}, nil]
        # @raise [Errors::InvalidConfigurationError]
        def call(target, assignment)
          refuse(:to, target_reason(target))
          refuse(:brokers, assignment_reason(target, assignment)) unless assignment.nil?
        end

        private

        def refuse(key, reason)
          raise Errors::InvalidConfigurationError, { key => reason }.to_s if reason
        end

        def target_reason(target)
          return "needs to be an Integer of at least 1" unless target.is_a?(Integer) && target >= 1
          return "needs to be above the current #{@current}" unless target > @current

          "cannot be above the number of brokers, #{@brokers.size}" if target > @brokers.size
        end

        def assignment_reason(target, assignment)
          return "needs to be a Hash of partitions" unless assignment.is_a?(Hash)

          lists = assignment.transform_values { |brokers| Array(brokers) }
          partitions_reason(lists.keys) || size_reason(lists, target) || twice_reason(lists) ||
            unknown_reason(lists)
        end

        def partitions_reason(partitions)
          missing = @partition_ids - partitions
          return "lacks the partitions #{missing.join(", ")}" if missing.any?

          unknown = partitions - @partition_ids
          "names partitions that do not exist: #{unknown.join(", ")}" if unknown.any?
        end

        def size_reason(lists, target)
          partition, = lists.find { |_, brokers| brokers.size != target }
          "needs #{target} brokers for partition #{partition}" if partition
        end

        def twice_reason(lists)
          partition, = lists.find { |_, brokers| brokers.uniq.size != brokers.size }
          "names a broker twice for partition #{partition}" if partition
        end

        def unknown_reason(lists)
          partition, unknown = lists.transform_values { |brokers| brokers - @brokers }
                                    .find { |_, brokers| brokers.any? }
          "names unknown brokers for partition #{partition}: #{unknown.join(", ")}" if partition
        end
      end
    end
  end
end
