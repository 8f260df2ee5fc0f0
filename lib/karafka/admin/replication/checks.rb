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

          partitions_reason(assignment.keys) ||
            assignment.filter_map { |partition, brokers| brokers_reason(target, partition, brokers) }.first
        end

        def partitions_reason(partitions)
          missing = @partition_ids - partitions
          return "lacks the partitions #{missing.join(", ")}" if missing.any?

          unknown = partitions - @partition_ids
          "names partitions that do not exist: #{unknown.join(", ")}" if unknown.any?
        end

        def brokers_reason(target, partition, brokers)
          brokers = Array(brokers)
          return "needs #{target} brokers for partition #{partition}" if brokers.size != target
          return "names a broker twice for partition #{partition}" if brokers.uniq.size != brokers.size

          unknown = brokers - @brokers
          "names unknown brokers for partition #{partition}: #{unknown.join(", ")}" if unknown.any?
        end
      end
    end
  end
end
