# frozen_string_literal: true

module Karafka
  module Routing
    # Makes topics of a connection while it runs: those that Kafka assigns because a pattern matches
    # their names. Asked by {Topics#find}, from any thread; a name leads to the same topic each time.
    class Discovery
      # @param subscription_group [SubscriptionGroup]
      def initialize(subscription_group)
        @subscription_group = subscription_group
      end

      # An exact name wins, even one that another connection of the group was meant to read: Kafka matches
      # patterns without knowing of connections.
      #
      # @param name [String]
      # @return [Topic, nil] now one of the connection's; nil if it has no patterns
      def call(name)
        matcher = chosen(name)
        return unless matcher

        exact = regular.detect { |topic| topic.name == name }
        topic = exact ? exact.on(@subscription_group, matcher) : matcher.discover(name)
        @subscription_group.consumer_group.topics.register(topic)
        @subscription_group.topics.register(topic)
      end

      # In the classic protocol a name can be kept from patterns, but from the whole group whenever this
      # member leads it: only what is excluded or inactive, never what another connection reads.
      #
      # @return [Array<String>]
      def hidden
        return [] if matchers.empty?

        off = regular.reject(&:enabled?).map(&:name)
        excluded = @subscription_group.activity_manager.to_h[:exclude_topics]
        read = @subscription_group.topics.select { |topic| topic.patterns.regular? && topic.active? }
        (off + excluded).uniq.grep(Contracts::KafkaName::PATTERN) - read.map(&:name)
      end

      private

      def matchers
        @subscription_group.topics.select { |topic| topic.patterns.matcher? && topic.active? }
      end

      def regular
        @subscription_group.consumer_group.topics.select { |topic| topic.patterns.regular? }
      end

      # Ruby's expressions differ from those that matched: with one pattern there is no doubt.
      def chosen(name)
        matchers = self.matchers
        matchers.detect { |topic| topic.matches?(name) } || (matchers.first if matchers.one?)
      end
    end
  end
end
