# frozen_string_literal: true

module Karafka
  module Routing
    # Patterns that can match a topic of dead letters: what failed would be consumed, and fail, once
    # more and for ever. A topic that the pattern's group routes by its name is safe, as names win.
    #
    # Told at the end of a draw, each once; refused with `config.strict_dead_letter_patterns`.
    class DeadLetterLoops
      # Gets `loops:`, an Array of {Loop}.
      class Contract < Karafka::Contracts::Base
        virtual do |routes|
          routes[:loops].map { |found| [[found.matcher.consumer_group.id, found.matcher.name], found.to_s] }
        end
      end

      # The matcher, and the topic whose dead letters it can match.
      Loop = Struct.new(:matcher, :source) do
        # @return [String] names route and topics
        def to_s
          queue = source.dead_letter_queue.topic_name
          "pattern #{matcher.name} (#{matcher.pattern.regexp.inspect}) of group " \
            "#{matcher.consumer_group.id} can match #{queue}, where dead letters of topic " \
            "#{source.name} in group #{source.consumer_group.id} go: they would be consumed again"
        end
      end

      # @param groups [Array<ConsumerGroup>]
      def initialize(groups)
        @topics = groups.flat_map { |group| group.topics.reject { |topic| topic.patterns.discovered? } }
      end

      # @raise [Errors::InvalidConfigurationError] there are some and they are refused
      def verify
        return unless App.config.strict_dead_letter_patterns

        Contract.new.validate!({ loops: to_a }, scope: ["routes"])
      end

      # @param told [Set<String>] what was told before; grows
      def tell(told)
        to_a.each { |found| Karafka.logger.warn(found.to_s) if told.add?(found.to_s) }
      end

      # @return [Array<Loop>] one for each matcher and topic of dead letters
      def to_a
        matchers = @topics.select { |topic| topic.patterns.matcher? && topic.enabled? }
        sources = @topics.select { |topic| topic.dead_letter_queue.topic_name }
                         .uniq { |topic| topic.dead_letter_queue.topic_name }
        matchers.product(sources).select { |pair| loop?(*pair) }.map { |pair| Loop.new(*pair) }
      end

      private

      def loop?(matcher, source)
        queue = source.dead_letter_queue.topic_name
        matcher.matches?(queue) && !hidden?(matcher, queue) &&
          @topics.none? { |topic| topic.name == queue && topic.consumer_group.equal?(matcher.consumer_group) }
      end

      # librdkafka keeps these from patterns that it matches itself.
      def hidden?(matcher, queue)
        kafka = matcher.kafka
        return false if kafka[:"group.protocol"].to_s == "consumer"

        kafka[:"topic.blacklist"].to_s.split(",").any? { |expression| Regexp.new(expression).match?(queue) }
      rescue RegexpError
        false
      end
    end
  end
end
