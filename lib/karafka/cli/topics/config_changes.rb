# frozen_string_literal: true

module Karafka
  class Cli
    class Topics
      # How declared settings of existing topics differ from what the broker reports.
      class ConfigChanges
        # A setting that differs; `from` is nil where the broker does not report it at all.
        Change = Struct.new(:name, :from, :to)

        # @param topics [Array<Declaratives::Topic>] that exist
        def initialize(topics)
          @topics = topics.reject { |topic| topic.details.empty? }
        end

        # @return [Hash{Declaratives::Topic => Array<Change>}] only topics that differ
        def call
          return {} if @topics.empty?

          found = describe
          differences = @topics.to_h { |topic| [topic, compare(topic, found.fetch(topic.name))] }
          differences.reject { |_, changes| changes.empty? }
        end

        private

        def describe
          resources = @topics.map { |topic| Admin::Configs::Resource.new(type: :topic, name: topic.name) }
          Admin::Configs.describe(resources).to_h { |resource| [resource.name, resource.configs] }
        end

        def compare(topic, configs)
          topic.details.filter_map do |name, value|
            config = configs.find { |one| answers_to?(one, name.to_s) }
            next Change.new(name.to_s, nil, value.to_s) unless config

            Change.new(config.name, config.value.to_s, value.to_s) if config.value.to_s != value.to_s
          end
        end

        # Brokers know settings of topics by further names of their own.
        def answers_to?(config, name)
          config.name == name || config.synonyms.any? { |synonym| synonym.name == name }
        end
      end
    end
  end
end
