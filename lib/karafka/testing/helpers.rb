# frozen_string_literal: true

require "karafka/testing"

module Karafka
  module Testing
    # Finds what `consumer_for` was asked for in the routes.
    module Helpers
      class << self
        # @param requested_consumer_group [String, Symbol, nil] nil and an empty one mean any
        # @return [Array<Routing::SubscriptionGroup>] active ones
        # @raise [Errors::ConsumerGroupNotFoundError]
        def karafka_consumer_find_subscription_groups(requested_consumer_group)
          active = ::Karafka::App.subscription_groups
          name = requested_consumer_group.to_s
          return active.values.flatten if name.empty?

          found = active.find { |group, _| group.name == name }
          found ? found.last : raise(Errors::ConsumerGroupNotFoundError, name)
        end

        # @param requested_topic [String, Symbol]
        # @param requested_consumer_group [String, Symbol, nil] nil and an empty one mean any
        # @return [Array<Routing::Topic>] active ones, one for each name of a subscription group, so that
        #   replicas of a connection count once
        # @raise [Errors::ConsumerGroupNotFoundError]
        def karafka_consumer_find_candidate_topics(requested_topic, requested_consumer_group)
          name = requested_topic.to_s
          groups = karafka_consumer_find_subscription_groups(requested_consumer_group)
          topics = groups.flat_map { |group| group.topics.to_a }
          topics.select! { |topic| topic.active? && topic.name == name }
          topics.uniq { |topic| topic.subscription_group.name }
        end

        # @param requested_topic [String, Symbol]
        # @param requested_consumer_group [String, Symbol, nil] nil and an empty one mean any
        # @return [Routing::Topic]
        # @raise [Errors::ConsumerGroupNotFoundError, Errors::TopicNotFoundError,
        #   Errors::TopicInManyConsumerGroupsError]
        def find_topic(requested_topic, requested_consumer_group)
          candidates = karafka_consumer_find_candidate_topics(requested_topic, requested_consumer_group)
          raise Errors::TopicNotFoundError, requested_topic.to_s if candidates.empty?
          raise Errors::TopicInManyConsumerGroupsError, requested_topic.to_s if candidates.size > 1

          candidates.first
        end
      end
    end
  end
end
