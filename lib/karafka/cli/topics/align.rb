# frozen_string_literal: true

module Karafka
  class Cli
    class Topics
      # Gives existing topics the settings that were declared. Others stay as they are.
      class Align < Base
        # @return [Boolean] one was changed
        def call
          changes = ConfigChanges.new(declared.select { |topic| existing.key?(topic.name) }).call
          changes.each { |topic, own| warn_of_unknown(topic, own) }
          known = changes.transform_values { |own| own.select(&:from) }.reject { |_, own| own.empty? }
          return nothing if known.empty?

          each_topic(known) { |topic, own| align(topic, own) }.any?
        end

        private

        def nothing
          puts "#{yellow("Skipping")} because there are no configurations to align."
          false
        end

        def warn_of_unknown(topic, changes)
          names = changes.reject(&:from).map(&:name)
          return if names.empty?

          puts "#{yellow("Ignoring")} settings of topic #{topic.name} that the broker does not know: " \
               "#{names.join(", ")}."
        end

        # A request for each topic, so that one that is refused keeps no other from its own.
        def align(topic, changes)
          resource = Admin::Configs::Resource.new(type: :topic, name: topic.name)
          changes.each { |change| resource.set(change.name, change.to) }
          puts "#{green("Updating")} topic: #{topic.name} configuration..."
          updated = attempt("Updating topic #{topic.name} configuration") { Admin::Configs.alter(resource) }
          puts "#{green("Updated")} topic #{topic.name} configuration." if updated
          updated
        end
      end
    end
  end
end
