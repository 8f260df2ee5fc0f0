# frozen_string_literal: true

require "json"

module Karafka
  class Admin
    # A plan for moving the replicas of a topic (frozen), and how to make one. Kafka's own tool executes
    # it: nothing is changed here.
    class Replication < Admin
      autoload :Assignment, "karafka/admin/replication/assignment"
      autoload :Checks, "karafka/admin/replication/checks"
      autoload :Instructions, "karafka/admin/replication/instructions"

      # @return [String]
      attr_reader :topic
      # @return [Integer] of the first partition
      attr_reader :current_replication_factor
      # @return [Integer]
      attr_reader :target_replication_factor
      # @return [Hash{Integer => Array<Integer>}] partition => brokers
      attr_reader :partitions_assignment

      class << self
        # @see Replication#plan
        def plan(topic:, to:, brokers: nil)
          new.plan(topic:, to:, brokers:)
        end

        # @see Replication#rebalance
        def rebalance(topic:)
          new.rebalance(topic:)
        end
      end

      # @param plan [Hash, nil] `topic:`, `current:`, `target:`, `assignment:` of a plan
      # @param kafka [Hash{Symbol => Object}]
      # @param external_client [Client, nil]
      def initialize(plan: nil, kafka: {}, external_client: nil)
        super(kafka:, external_client:)
        return unless plan

        @topic = plan.fetch(:topic)
        @current_replication_factor = plan.fetch(:current)
        @target_replication_factor = plan.fetch(:target)
        @partitions_assignment = plan.fetch(:assignment).freeze
        @instructions = Instructions.new(self)
        freeze
      end

      # Plans more replicas. Those there are stay.
      #
      # @param topic [String, Symbol]
      # @param to [Integer] replicas of each partition
      # @param brokers [Hash{Integer => Array<Integer>}, nil] partition => brokers; chosen if nil
      # @return [Replication]
      # @raise [Rdkafka::RdkafkaError] the topic does not exist
      # @raise [Errors::InvalidConfigurationError] naming `:to` or `:brokers`
      def plan(topic:, to:, brokers: nil)
        info, ids = look_up(topic)
        Checks.new(info, ids).call(to, brokers)
        assignment = brokers || Assignment.new(info, ids).grow(to)
        result(info, to, assignment)
      end

      # Plans an even spread over all brokers, with as many replicas as there are.
      #
      # @param topic [String, Symbol]
      # @return [Replication]
      # @raise [Rdkafka::RdkafkaError] the topic does not exist
      def rebalance(topic:)
        info, ids = look_up(topic)
        factor = info[:partitions].first[:replica_count]
        result(info, factor, Assignment.new(info, ids).spread(factor))
      end

      # @return [String] for `kafka-reassign-partitions.sh`
      def reassignment_json
        @instructions.reassignment_json
      end

      # @return [String] for `kafka-reassign-partitions.sh --generate`
      def topics_to_move_json
        @instructions.topics_to_move_json
      end

      # @return [Hash{Symbol => String}] `:generate`, `:execute`, `:verify`; `<KAFKA_BROKERS>` is to be
      #   replaced
      def execution_commands
        @instructions.execution_commands
      end

      # @return [Array<String>] what to do, in order
      def steps
        @instructions.steps
      end

      # @return [String]
      def summary
        @instructions.summary
      end

      # @param file_path [String] gets {#reassignment_json}
      # @return [String] the path
      def export_to_file(file_path)
        File.write(file_path, reassignment_json)
        file_path
      end

      # @param file_path [String] gets {#topics_to_move_json}
      # @return [String] the path
      def export_topics_to_move_file(file_path)
        File.write(file_path, topics_to_move_json)
        file_path
      end

      private

      def look_up(topic)
        with_admin do |admin|
          [admin.topic(topic), admin.metadata.brokers.map { |broker| broker[:broker_id] }.sort]
        end
      end

      def result(info, target, assignment)
        current = info[:partitions].first[:replica_count]
        self.class.new(plan: { topic: info[:topic_name], current:, target:, assignment: })
      end
    end
  end
end
