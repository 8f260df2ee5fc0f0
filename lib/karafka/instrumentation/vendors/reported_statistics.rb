# frozen_string_literal: true

module Karafka
  module Instrumentation
    module Vendors
      # Walks a client's decorated statistics over what is worth reporting.
      class ReportedStatistics
        # Partitions that are not ours (yet): their figures say nothing.
        NOT_FETCHED = %w[none stopped].freeze
        NO_PARTITION = "-1"
        # Addresses that were only used to find the cluster.
        BOOTSTRAP = -1
        UNKNOWN_LAG = -1
        private_constant :NOT_FETCHED, :NO_PARTITION, :BOOTSTRAP, :UNKNOWN_LAG

        # @param statistics [Hash{String => Object}]
        def initialize(statistics)
          @statistics = statistics
        end

        # @param key [String]
        # @return [Numeric]
        # @raise [KeyError] librdkafka has no such figure
        def root(key)
          @statistics.fetch(key)
        end

        # @yieldparam broker [Hash{String => Object}] real brokers only
        def each_broker
          @statistics.fetch("brokers", {}).each_value do |broker|
            yield(broker) unless broker["nodeid"] == BOOTSTRAP
          end
        end

        # @yieldparam topic [String]
        def each_topic(&block)
          @statistics.fetch("topics", {}).each_key(&block)
        end

        # Partitions that are fetched and whose lag is known.
        #
        # @param topic [String]
        # @yieldparam partition [String]
        # @yieldparam figures [Hash{String => Object}]
        def each_partition(topic)
          @statistics.dig("topics", topic, "partitions")&.each do |partition, figures|
            yield(partition, figures) if reported?(partition, figures)
          end
        end

        private

        def reported?(partition, figures)
          partition != NO_PARTITION &&
            !NOT_FETCHED.include?(figures["fetch_state"]) &&
            figures["consumer_lag"] != UNKNOWN_LAG &&
            figures["consumer_lag_stored"] != UNKNOWN_LAG
        end
      end
    end
  end
end
