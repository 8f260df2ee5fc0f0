# frozen_string_literal: true

module Karafka
  class Cli
    class Topics
      # Looks for declared topics that a broker's failure would stop, or make lose messages.
      class Health < Base
        # Setting that is compared with the replication factor.
        MIN_ISR = "min.insync.replicas"
        ADVICE = [
          "Replicate topics to at least 3 brokers.",
          "Keep #{MIN_ISR} below the replication factor, so that one broker may be away.".freeze,
          "Set #{MIN_ISR} to 2 or more, so that what was acknowledged is on two brokers.".freeze
        ].freeze
        private_constant :MIN_ISR, :ADVICE

        # @return [Boolean] issues were found
        def call
          names = declared.map(&:name)
          topics = existing.values.select { |topic| names.include?(topic[:topic_name]) }
          issues = topics.map { |topic| report(topic) }
          return healthy if issues.none?

          puts
          puts "Recommendations:"
          ADVICE.each { |line| puts "  - #{line}" }
          true
        end

        private

        def healthy
          puts "#{green("All topics are healthy")}: each survives the loss of a broker."
          false
        end

        def report(topic)
          replicas = topic[:partitions].map { |partition| partition[:replica_count] }.min.to_i
          issue = issue(replicas, min_isr(topic[:topic_name]))
          puts "#{issue} #{topic[:topic_name]}" if issue
          issue
        end

        def issue(replicas, min_isr)
          if replicas == 1
            red("No redundancy (replication factor 1):")
          elsif replicas <= min_isr
            red("Zero fault tolerance (replication factor #{replicas}, #{MIN_ISR} #{min_isr}):")
          elsif min_isr == 1
            yellow("Low durability (replication factor #{replicas}, #{MIN_ISR} 1):")
          end
        end

        def min_isr(name)
          resource = Admin::Configs::Resource.new(type: :topic, name:)
          Admin::Configs.describe(resource).first.configs.find { |config| config.name == MIN_ISR }.value.to_i
        end
      end
    end
  end
end
