# frozen_string_literal: true

module Karafka
  module Core
    module Monitoring
      # Adds to each number of a client's statistics what became of it since the last emission:
      # `K_d`, the difference, and `K_fd`, the milliseconds for which it has not changed.
      #
      # One decorator per client, used by one thread at a time: it compares with its last call.
      class StatisticsDecorator
        include Helpers::Time

        NOTHING = {}.freeze
        private_constant :NOTHING

        # @param excluded_keys [Array<String>] neither decorated nor descended into; wins
        # @param only_keys [Array<String>] if any: only these, at the root and at each broker,
        #   topic, partition and the consumer group
        def initialize(excluded_keys: [], only_keys: [])
          @excluded = excluded_keys.to_h { |key| [key, true] }
          @only = only_keys - excluded_keys
          @names = Hash.new { |names, key| names[key] = ["#{key}_d".freeze, "#{key}_fd".freeze] }
          @previous = NOTHING
          @previous_at = monotonic_now
        end

        # @param statistics [Hash{String => Object}] decorated in place, frozen at the top
        # @return [Hash, Object] the same object; what is no Hash comes back untouched
        # @raise [TypeError] a value turned from a String or a Hash into a number
        def call(statistics)
          return statistics unless statistics.is_a?(Hash)

          now = monotonic_now
          @elapsed = (now - @previous_at).round
          @only.empty? ? decorate(@previous, statistics) : decorate_known(@previous, statistics)
          @previous_at = now
          @previous = statistics.freeze
        end

        private

        # Where subclasses leave out partitions that do not matter.
        #
        # @param previous [Hash{String => Hash}] partitions of the topic, last time
        # @param current [Hash{String => Hash}] partitions of the topic, now
        def decorate_partitions(previous, current)
          each_child(previous, current) { |before, partition| decorate_object(before, partition) }
        end

        def decorate_object(previous, current)
          @only.empty? ? decorate(previous, current) : decorate_listed(previous, current)
        end

        # Every number at every depth.
        def decorate(previous, current)
          keys = current.keys # a copy: names are added on the way
          keys.each do |key|
            next if @excluded[key]

            case (value = current[key])
            when Numeric then annotate(previous, current, key, value)
            when Hash then descend(key, hash_of(previous, key), value)
            end
          end
        end

        def descend(key, previous, current)
          key == "partitions" ? decorate_partitions(previous, current) : decorate(previous, current)
        end

        # Only the listed keys, and only in the objects that carry them.
        def decorate_known(previous, current)
          decorate_listed(previous, current)
          current.each do |key, value|
            next if @excluded[key] || !value.is_a?(Hash)

            decorate_room(key, hash_of(previous, key), value)
          end
        end

        def decorate_room(key, previous, current)
          case key
          when "brokers" then each_child(previous, current) { |was, is| decorate_listed(was, is) }
          when "topics" then each_child(previous, current) { |was, is| decorate_topic(was, is) }
          when "cgrp" then decorate_listed(previous, current)
          else decorate_known(previous, current)
          end
        end

        def decorate_topic(previous, current)
          decorate_listed(previous, current)
          partitions = current["partitions"]
          return if @excluded["partitions"] || !partitions.is_a?(Hash)

          decorate_partitions(hash_of(previous, "partitions"), partitions)
        end

        def decorate_listed(previous, current)
          @only.each do |key|
            value = current[key]
            annotate(previous, current, key, value) if value.is_a?(Numeric)
          end
        end

        def annotate(previous, current, key, value)
          delta, freeze_duration = @names[key]
          before = previous[key]
          change = before.nil? ? 0 : value - before
          current[delta] = change
          current[freeze_duration] =
            before.nil? || change != 0 ? 0 : previous.fetch(freeze_duration, 0) + @elapsed
        end

        def each_child(previous, current)
          current.each do |key, value|
            yield(hash_of(previous, key), value) if value.is_a?(Hash) && !@excluded[key]
          end
        end

        def hash_of(previous, key)
          before = previous[key]
          before.is_a?(Hash) ? before : NOTHING
        end
      end
    end
  end
end
