# frozen_string_literal: true

module Karafka
  module Routing
    # Finds topics over all groups.
    module Router
      class << self
        # @param lookup [Hash{Symbol => Object}] attributes of a topic, compared by `==`
        # @return [Topic, nil] the first that matches
        def find_by(lookup)
          App.config.internal.routing.builder.each do |group|
            group.topics.each do |topic|
              return topic if lookup.all? { |attribute, value| topic.public_send(attribute) == value }
            end
          end
          nil
        end

        # @param name [String, Symbol]
        # @return [Topic] the routed one, else a topic with the defaults of the routes, in a group
        #   of its own; it joins neither routes nor declarations
        def find_or_initialize_by_name(name)
          find_by(name: name.to_s) || unrouted(name)
        end

        private

        def unrouted(name)
          group = ConsumerGroup.new(name)
          Topic.new(name, group).tap { |topic| topic.describe(group.builder.defaults) }
        end
      end
    end
  end
end
