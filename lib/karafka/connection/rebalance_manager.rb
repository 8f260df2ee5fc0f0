# frozen_string_literal: true

module Karafka
  module Connection
    # Carries the group's requests through: announces, lets the engine answer, announces again. The
    # answer is given whatever a subscriber does, because the whole group waits for it.
    class RebalanceManager
      # @return [Hash{String => Array<Integer>}] given away since the last {#clear}
      attr_reader :revoked_partitions
      # @return [Hash{String => Array<Integer>}] taken since the last {#clear}
      attr_reader :assigned_partitions

      # @param client [Client]
      # @param subscription_group [Routing::SubscriptionGroup]
      def initialize(client, subscription_group)
        @client = client
        @subscription_group = subscription_group
        clear
      end

      # Forgets what changed.
      def clear
        return if @changed == false

        @revoked_partitions = {}
        @assigned_partitions = {}
        @changed = false
      end

      # @return [Boolean] something was asked since the last {#clear}
      def changed?
        @changed
      end

      # @param connection [Native::Connection]
      # @param commit_timeout [Integer] ms that a commit before giving away may take
      # @return [Boolean] there was something to answer
      def serve(connection, commit_timeout)
        served = false
        while (rebalance = connection.rebalance)
          served = @changed = true
          carry_through(connection, rebalance, commit_timeout)
        end
        served
      end

      private

      def carry_through(connection, rebalance, commit_timeout)
        report(rebalance.error, "connection.client.rebalance_callback.error") if rebalance.error
        list = partition_list(rebalance.partitions)
        assign = rebalance.kind == :assign
        discover(list) if assign
        announce(assign ? "assign" : "revoke", list)
        answer(connection, rebalance, commit_timeout)
        hold_inactive(connection, list) if assign
        note(assign, list)
        announce(assign ? "assigned" : "revoked", list)
      end

      # Before anybody hears of them: topics that a pattern matched become topics of the routes.
      def discover(list)
        list.to_h.each_key { |topic| @subscription_group.topics.find(topic) }
      rescue Errors::TopicNotFoundError => e
        report(e, "connection.client.rebalance_callback.error")
      end

      # A broker that matches patterns assigns what this process leaves out, too.
      def hold_inactive(connection, list)
        list.to_h.each do |topic, partitions|
          next if @subscription_group.topics.find(topic).active?

          partitions.each { |partition| connection.pause(topic, partition.partition, nil) }
        end
      end

      def answer(connection, rebalance, commit_timeout)
        connection.answer(rebalance, commit_timeout)
      rescue StandardError => e
        # Offsets that could not be committed are delivered again, to whoever has the partition then.
        report(e, "connection.client.rebalance_callback.error")
      end

      def note(assign, list)
        tracker = Instrumentation::AssignmentsTracker.instance
        assign ? tracker.assigned(@subscription_group, list) : tracker.revoked(@subscription_group, list)
        changed = assign ? @assigned_partitions : @revoked_partitions
        list.to_h.each do |topic, partitions|
          (changed[topic] ||= []).concat(partitions.map(&:partition))
        end
      end

      def announce(name, list)
        monitor.instrument("rebalance.partitions_#{name}", **identity, caller: @client,
                                                                       client_id: @client.id, tpl: list)
      rescue StandardError => e
        report(e, "callbacks.rebalance.partitions_#{name}.error")
      end

      def report(error, type)
        monitor.instrument(
          "error.occurred", **identity, caller: @client, client_id: @client.id, error:, type:
        )
      end

      def identity
        group = @subscription_group.consumer_group
        {
          subscription_group_id: @subscription_group.id, subscription_group: @subscription_group,
          consumer_group_id: group.id, consumer_group: group, group_id: group.id, group:
        }
      end

      def partition_list(pairs)
        Rdkafka::Consumer::TopicPartitionList.new.tap do |list|
          pairs.group_by(&:first).each { |topic, found| list.add_topic(topic, found.map(&:last)) }
        end
      end

      def monitor
        Karafka.monitor
      end
    end
  end
end
