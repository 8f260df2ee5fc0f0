# frozen_string_literal: true

require "singleton"

module Karafka
  module Processing
    module InlineInsights
      # The newest statistics of each owned partition, by group, topic and partition. Entries live
      # five minutes from their last update, so partitions that went away leave nothing behind.
      #
      # Threads: written by listeners, read by workers; one lock, held for a few Hash operations.
      class Tracker
        include Singleton
        include Core::Helpers::Time

        # Milliseconds that an entry outlives its last update.
        TTL = 5 * 60 * 1_000
        # Entries kept at most; the least recently updated go first.
        LIMIT = 100_000
        # Not ours yet, or no longer: figures of such partitions say nothing.
        NOT_FETCHED = %w[none stopped].freeze
        # librdkafka's room for messages without a partition.
        NO_PARTITION = "-1"
        private_constant :NOT_FETCHED, :NO_PARTITION

        Entry = Struct.new(:statistics, :updated_at)
        private_constant :Entry

        class << self
          # @see #add
          def add(group_id, statistics)
            instance.add(group_id, statistics)
          end

          # @see #find
          def find(topic, partition)
            instance.find(topic, partition)
          end

          # @see #exists?
          def exists?(topic, partition)
            !instance.find(topic, partition).nil?
          end

          # @see #clear
          def clear
            instance.clear
          end
        end

        def initialize
          @mutex = Mutex.new
          # In the order of their last update.
          @entries = {}
        end

        # @param group_id [String] of the consumer group
        # @param statistics [Hash{String => Object}] decorated, of one connection
        # @return [nil]
        def add(group_id, statistics)
          now = monotonic_now
          @mutex.synchronize do
            each_partition(statistics) do |topic, partition, figures|
              key = [group_id, topic, partition]
              @entries.delete(key)
              @entries[key] = Entry.new(figures, now)
            end
            drop_old(now)
          end
          nil
        end

        # @param topic [Routing::Topic]
        # @param partition [Integer]
        # @return [Hash{String => Object}, nil]
        def find(topic, partition)
          key = [topic.consumer_group.id, topic.name, partition]
          entry = @mutex.synchronize { @entries[key] }
          entry.statistics if entry && monotonic_now - entry.updated_at < TTL
        end

        # Forgets everything.
        #
        # @return [nil]
        def clear
          @mutex.synchronize { @entries.clear }
          nil
        end

        # @return [Integer] partitions remembered
        def size
          @mutex.synchronize { @entries.size }
        end

        private

        def each_partition(statistics)
          statistics.fetch("topics", {}).each do |topic, details|
            details.fetch("partitions", {}).each do |partition, figures|
              next if partition == NO_PARTITION || NOT_FETCHED.include?(figures["fetch_state"])

              yield(topic, partition.to_i, figures)
            end
          end
        end

        def drop_old(now)
          while (key, entry = @entries.first)
            break unless @entries.size > LIMIT || now - entry.updated_at >= TTL

            @entries.delete(key)
          end
        end
      end
    end
  end
end
