# frozen_string_literal: true

module Karafka
  module Routing
    # Checks all routes at the end of a draw: strict declarations; each group with its topics; then
    # each feature over all topics.
    module Validation
      class << self
        # @param groups [Array<ConsumerGroup>]
        # @raise [Errors::InvalidConfigurationError] the first contract that fails
        def call(groups)
          check_declarations(groups)
          groups.each { |group| check_group(group) }
          Features::ALL.each { |feature| check_feature(feature::Contract.new, groups) }
          DeadLetterLoops.new(groups).verify
        end

        private

        # Patterns declare nothing, but where their dead letters go has to be declared, as for others.
        def check_declarations(groups)
          topics = groups.flat_map { |group| drawn(group) }
          declarations = topics.select { |topic| topic.patterns.regular? }.uniq(&:name)
                               .to_h { |topic| [topic.name, topic.declaratives] }
          dead_letter_names(topics).each { |name| declarations[name] ||= declared.find(name) }
          Contracts::Routing.new.validate!({ topics: declarations }, scope: ["routes"])
        end

        def dead_letter_names(topics)
          topics.filter_map { |topic| topic.dead_letter_queue.topic_name }
        end

        def declared
          App.config.internal.declaratives.builder.repository
        end

        def check_group(group)
          topics = drawn(group)
          Contracts::ConsumerGroup.new.validate!(
            { **group.to_h, topics: topics.map(&:to_h) }, scope: path(group.id)
          )
          contract = Contracts::Topic.new
          topics.each { |topic| check(contract, topic) }
        end

        def check_feature(contract, groups)
          groups.each { |group| drawn(group).each { |topic| check(contract, topic) } }
        end

        # Topics that were discovered say what their matcher says; their names are Kafka's.
        def drawn(group)
          group.topics.reject { |topic| topic.patterns.discovered? }
        end

        def check(contract, topic)
          values = { **topic.to_h, enabled: topic.enabled?, own_pause: topic.own_pause,
                                   pattern: topic.pattern }
          contract.validate!(values, scope: path(topic.consumer_group.id, topic.name))
        end

        # Names may be any bytes before they are checked, and paths become Symbols.
        def path(*names)
          ["routes", *names.map(&:scrub)]
        end
      end
    end
  end
end
