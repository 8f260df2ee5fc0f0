# frozen_string_literal: true

module Karafka
  class Admin
    class Replication
      # Files and commands that carry a plan out.
      class Instructions
        TOOL = "kafka-reassign-partitions.sh --bootstrap-server <KAFKA_BROKERS>"
        PLAN_FILE = "reassignment.json"
        TOPICS_FILE = "topics-to-move.json"
        private_constant :TOOL, :PLAN_FILE, :TOPICS_FILE

        # @param plan [Replication]
        def initialize(plan)
          @plan = plan
        end

        # @return [String]
        def reassignment_json
          partitions = @plan.partitions_assignment.map do |partition, replicas|
            { topic: @plan.topic, partition:, replicas: }
          end
          JSON.pretty_generate(version: 1, partitions:)
        end

        # @return [String]
        def topics_to_move_json
          JSON.pretty_generate(version: 1, topics: [{ topic: @plan.topic }])
        end

        # @return [Hash{Symbol => String}]
        def execution_commands
          {
            generate: "#{TOOL} --topics-to-move-json-file #{TOPICS_FILE} " \
                      "--broker-list #{brokers.join(",")} --generate",
            execute: "#{TOOL} --reassignment-json-file #{PLAN_FILE} --execute",
            verify: "#{TOOL} --reassignment-json-file #{PLAN_FILE} --verify"
          }
        end

        # @return [Array<String>]
        def steps
          [
            "Write the plan: plan.export_to_file(\"#{PLAN_FILE}\")",
            "Start moving replicas: #{execution_commands[:execute]}",
            "Repeat until every partition is complete: #{execution_commands[:verify]}",
            "Look at the result: Karafka::Admin.topic_info(\"#{@plan.topic}\")"
          ]
        end

        # @return [String]
        def summary
          <<~TEXT
            Topic #{@plan.topic}: replication factor #{@plan.current_replication_factor} to #{@plan.target_replication_factor}
            Partitions: #{@plan.partitions_assignment.size}
            Brokers: #{brokers.join(", ")}
          TEXT
        end

        private

        def brokers
          @plan.partitions_assignment.values.flatten.uniq.sort
        end
      end
    end
  end
end
