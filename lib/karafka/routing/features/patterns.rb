# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `pattern(/events_.*/)`: describes each topic whose name matches, now or later. The definition is
      # a topic itself, the matcher; topics that Kafka assigns because of it are copies that have a name.
      module Patterns
        KEY = :patterns

        # `type` is `:regular`, `:matcher` or `:discovered`; `active` is true but for the first.
        Config = Struct.new(:active, :type, keyword_init: true) do
          alias_method :active?, :active

          %i[regular matcher discovered].each { |kind| define_method(:"#{kind}?") { type == kind } }
        end

        REGULAR = Config.new(active: false, type: :regular).freeze
        MATCHER = Config.new(active: true, type: :matcher).freeze
        DISCOVERED = Config.new(active: true, type: :discovered).freeze

        # Checks what matchers match by.
        class Contract < Karafka::Contracts::Base
          virtual do |topic|
            pattern = topic[:pattern]
            next if pattern.nil? || pattern.regexp.is_a?(Regexp)

            [[%i[patterns regexp], "needs to be a Regexp, not #{pattern.regexp.inspect}"]]
          end
        end
      end
    end

    # Topics as matchers, and topics that were discovered.
    class Topic
      # @return [Pattern, nil] what it matches by, or was found by
      attr_reader :pattern

      # @return [Features::Patterns::Config]
      def patterns
        @patterns || Features::Patterns::REGULAR
      end

      # @return [Boolean] it is a matcher, or was discovered
      def patterns?
        patterns.active?
      end

      # Makes it the matcher of a pattern.
      #
      # @param pattern [Pattern]
      def match(pattern)
        @pattern = pattern
        @patterns = Features::Patterns::MATCHER
      end

      # @param topic_name [String]
      # @return [Boolean] does the matcher, by the rules of its group protocol, as far as Ruby can tell
      def matches?(topic_name)
        @pattern.match?(topic_name, whole: kafka[:"group.protocol"].to_s == "consumer")
      end

      # @param topic_name [String]
      # @return [Topic] with all that the matcher says
      def discover(topic_name)
        dup.tap { |topic| topic.be_discovered(topic_name, self) }
      end

      # @param subscription_group [SubscriptionGroup]
      # @param matcher [Topic] its matcher that led here
      # @return [Topic] the same topic, read by another connection
      def on(subscription_group, matcher)
        dup.tap { |topic| topic.be_read_by(subscription_group, matcher) }
      end

      # Filters of a process name the matcher; beside it single topics can be excluded.
      #
      # @param manager [ActivityManager]
      # @return [Boolean] do the filters let the topic pass by its name
      def picked?(manager)
        return manager.active?(:topics, name) unless @matcher_name

        manager.active?(:topics, @matcher_name) && !manager.to_h[:exclude_topics].include?(name)
      end

      protected

      def be_discovered(topic_name, matcher)
        @name = topic_name
        @id = "#{consumer_group.id}_#{topic_name}"
        @patterns = Features::Patterns::DISCOVERED
        @matcher_name = matcher.name
        @own_declaration = nil
      end

      def be_read_by(subscription_group, matcher)
        @subscription_group = subscription_group
        @subscription_group_details = matcher.subscription_group_details
        @matcher_name = matcher.name
      end

      private

      def initialize_copy(original)
        super
        @settings, @own, @inherited = [@settings, @own, @inherited].map(&:dup)
      end

      def warn_of_pattern
        foreign = patterns.matcher? ? @pattern.foreign : []
        return if foreign.empty?

        Karafka.logger.warn("#{@pattern.regexp.inspect} of pattern #{name} in group #{consumer_group.id} " \
                            "is matched by Kafka's engines, not by Ruby's: mind #{foreign.join(", ")}")
      end
    end

    # DSL of `pattern` and `active_job_pattern`, wherever topics are drawn.
    class Proxy
      # Topics whose names match, those of the future too.
      #
      # @param name_or_regexp [String, Symbol, Regexp] without a name, one is made of the Regexp
      # @param regexp [Regexp, nil]
      # @yield options of these topics
      # @return [Topic] the matcher
      def pattern(name_or_regexp, regexp = nil, &block)
        pattern = regexp.nil? ? Pattern.new(nil, name_or_regexp) : Pattern.new(name_or_regexp, regexp)
        topic(pattern.name) do
          target.match(pattern)
          instance_eval(&block) if block
        end
      end

      # As {#pattern}, messages being jobs.
      #
      # @param (see #pattern)
      # @return [Topic] the matcher
      def active_job_pattern(name_or_regexp, regexp = nil, &block)
        klass = App.config.internal.active_job.consumer_class
        pattern(name_or_regexp, regexp) do
          consumer klass
          active_job true
          manual_offset_management true
          instance_eval(&block) if block
        end
      end
    end
  end
end
