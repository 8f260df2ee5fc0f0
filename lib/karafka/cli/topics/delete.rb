# frozen_string_literal: true

module Karafka
  class Cli
    class Topics
      # Deletes declared topics, with all their messages.
      class Delete < Base
        # @return [Boolean] one was deleted
        def call
          each_topic { |topic| existing.key?(topic.name) ? delete(topic) : skip(topic) }.any?
        end

        private

        def skip(topic)
          puts "#{yellow("Skipping")} because topic #{topic.name} does not exist."
          false
        end

        def delete(topic)
          puts "#{green("Deleting")} topic #{topic.name}..."
          deleted = attempt("Deleting topic #{topic.name}") { Admin.delete_topic(topic.name) }
          puts "#{green("Deleted")} topic #{topic.name}." if deleted
          deleted
        end
      end
    end
  end
end
