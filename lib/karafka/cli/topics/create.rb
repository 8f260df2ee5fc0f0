# frozen_string_literal: true

module Karafka
  class Cli
    class Topics
      # Creates declared topics that do not exist.
      class Create < Base
        # @return [Boolean] one was created
        def call
          each_topic { |topic| existing.key?(topic.name) ? skip(topic) : create(topic) }.any?
        end

        private

        def skip(topic)
          puts "#{yellow("Skipping")} because topic #{topic.name} already exists."
          false
        end

        def create(topic)
          puts "#{green("Creating")} topic #{topic.name}..."
          created = attempt("Creating topic #{topic.name}") do
            Admin.create_topic(topic.name, topic.partitions, topic.replication_factor, topic.details)
          end
          puts "#{green("Created")} topic #{topic.name}." if created
          created
        end
      end
    end
  end
end
