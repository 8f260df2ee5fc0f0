# frozen_string_literal: true

require "singleton"

module Karafka
  module Instrumentation
    # Knows which partitions this process has, and how often each was assigned to it.
    #
    # Connections tell it directly ({#assigned}, {#revoked}), before they publish, so that a
    # listener that raises cannot make it miss a change; its event handlers serve publishers that
    # do not, and ignore what is known. Readers never wait: assignments are a frozen Hash that is
    # replaced as a whole.
    class AssignmentsTracker
      include Singleton

      # Topics whose generations are kept; beyond, the least recently assigned are forgotten.
      GENERATIONS_LIMIT = 100_000

      class << self
        # @return [Hash{Routing::Topic => Array<Integer>}] frozen, partitions sorted
        def current
          instance.current
        end

        # @return [Integer] times the partition was assigned, 0 if never
        def generation(topic, partition)
          instance.generation(topic, partition)
        end

        # @return [Hash{Routing::Topic => Hash{Integer => Integer}}] frozen copy, revoked included
        def generations
          instance.generations
        end
      end

      # @return [Hash{Routing::Topic => Array<Integer>}] frozen, partitions sorted
      attr_reader :current

      def initialize
        @mutex = Mutex.new
        clear
      end

      # Forgets assignments and generations.
      def clear
        @mutex.synchronize do
          @current = {}.freeze
          @generations = {}
          @told = {}.compare_by_identity
        end
        nil
      end

      # @param topic [Routing::Topic]
      # @param partition [Integer]
      # @return [Integer]
      def generation(topic, partition)
        @mutex.synchronize { @generations.dig(topic, partition) || 0 }
      end

      # @return [Hash{Routing::Topic => Hash{Integer => Integer}}]
      def generations
        @mutex.synchronize { @generations.transform_values { |counts| counts.dup.freeze }.freeze }
      end

      # @param subscription_group [Routing::SubscriptionGroup]
      # @param list [#to_h] `{topic name => [#partition]}`; the same object twice counts once
      def assigned(subscription_group, list)
        change do |current|
          next if @told[subscription_group].equal?(list)

          @told[subscription_group] = list
          each_topic(subscription_group, list) do |topic, partitions|
            current[topic] = (current.fetch(topic, []) | partitions).sort.freeze
            count(topic, partitions)
          end
        end
      end

      # @param subscription_group [Routing::SubscriptionGroup]
      # @param list [#to_h] `{topic name => [#partition]}`
      def revoked(subscription_group, list)
        change do |current|
          @told.delete(subscription_group)
          each_topic(subscription_group, list) do |topic, partitions|
            current[topic] = (current.fetch(topic, []) - partitions).freeze
          end
        end
      end

      # All partitions of a connection are gone: it was lost or is made anew.
      #
      # @param subscription_group [Routing::SubscriptionGroup]
      def lost(subscription_group)
        change do |current|
          @told.delete(subscription_group)
          subscription_group.topics.each { |topic| current.delete(topic) }
        end
      end

      # @param event [Core::Monitoring::Event]
      def on_rebalance_partitions_assigned(event)
        assigned(event[:subscription_group], event[:tpl])
      end

      # @param event [Core::Monitoring::Event]
      def on_rebalance_partitions_revoked(event)
        revoked(event[:subscription_group], event[:tpl])
      end

      # @param event [Core::Monitoring::Event]
      def on_client_reset(event)
        lost(event[:subscription_group])
      end

      # @param event [Core::Monitoring::Event]
      def on_client_events_poll(event)
        return if @current.empty? || !event[:caller].assignment_lost?

        lost(event[:subscription_group])
      end

      # @return [String] counts only, without a lock: error reporters call this anywhere
      def inspect
        "#<#{self.class} topics=#{@current.size} partitions=#{@current.sum { |_, ids| ids.size }}>"
      end

      private

      def change
        @mutex.synchronize do
          current = @current.dup
          yield(current)
          @current = current.reject { |_, partitions| partitions.empty? }.freeze
        end
        nil
      end

      def each_topic(subscription_group, list)
        list.to_h.each do |name, partitions|
          yield(subscription_group.topics.find(name), partitions.map(&:partition))
        end
      end

      # Inserted anew, so that the first key is the one assigned least recently.
      def count(topic, partitions)
        counts = @generations.delete(topic) || Hash.new(0)
        partitions.each { |partition| counts[partition] += 1 }
        @generations[topic] = counts
        @generations.shift if @generations.size > GENERATIONS_LIMIT
      end
    end
  end
end
