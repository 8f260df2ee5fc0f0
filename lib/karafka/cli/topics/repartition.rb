# frozen_string_literal: true

module Karafka
  class Cli
    class Topics
      # Adds partitions to declared topics that have fewer than declared. Kafka cannot take any away.
      class Repartition < Base
        # @return [Boolean] one was widened
        def call
          each_topic { |topic| existing.key?(topic.name) ? compare(topic) : missing(topic) }.any?
        end

        private

        def missing(topic)
          puts "#{yellow("Skipping")} because topic #{topic.name} does not exist."
          false
        end

        def compare(topic)
          present = partitions_of(topic)
          return widen(topic, present) if topic.partitions > present

          puts "#{yellow("Skipping")} because topic #{topic.name} has #{present} partitions."
          false
        end

        def widen(topic, present)
          puts "#{green("Increasing")} number of partitions to #{topic.partitions} on topic #{topic.name}..."
          widened = attempt("Increasing partitions of topic #{topic.name}") do
            Admin.create_partitions(topic.name, topic.partitions)
          end
          added = topic.partitions - present
          puts "#{green("Created")} #{added} additional partitions on topic #{topic.name}." if widened
          widened
        end
      end
    end
  end
end
