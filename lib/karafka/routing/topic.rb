# frozen_string_literal: true

module Karafka
  module Routing
    # One topic of a consumer group and what the app says about it. Options of features are in
    # `features/`, one file each.
    #
    # Values the topic does not set come from the root configuration and are kept at first
    # reading, at the end of the draw at the latest.
    class Topic
      # @return [String] group and name
      attr_reader :id
      # @return [String]
      attr_reader :name
      # @return [ConsumerGroup]
      attr_reader :consumer_group
      alias group consumer_group
      # @return [SubscriptionGroup, nil] connection; nil before the end of the draw and when unrouted
      attr_accessor :subscription_group
      # @return [Hash] name and options of the subscription group
      attr_accessor :subscription_group_details

      # @param name [String, Symbol]
      # @param consumer_group [ConsumerGroup]
      def initialize(name, consumer_group)
        @name = name.to_s
        @consumer_group = consumer_group
        @id = "#{consumer_group.id}_#{@name}"
        @subscription_group_details = consumer_group.current_subscription_group_details.dup
        @settings = {}
        @own = []
        @inherited = {}
        @applying_defaults = false
      end

      # Evaluates the topic's own block, then the defaults for what it did not say.
      #
      # @param defaults [Proc]
      def describe(defaults, &block)
        Proxy.new(self, &block)
        @applying_defaults = true
        Proxy.new(self, &defaults)
      ensure
        @applying_defaults = false
      end

      # Ends the draw for this topic: what it inherits is kept, its declaration joins the others.
      def settle
        return if @settled

        to_h
        declare if patterns.regular?
        warn_of_string_keys
        warn_of_pattern
        @settled = true
      end

      # @return [Class, nil] without `consumer_persistence` looked up by name at each call, so that
      #   reloaded code is seen
      def consumer
        given = @settings[:consumer]
        return given if consumer_persistence || !given

        class_name = given.is_a?(Class) ? given.name : given.to_s
        class_name ? ::Object.const_get(class_name) : given
      end
      alias consumer_class consumer

      # @param klass [Class]
      def consumer=(klass)
        set(:consumer, klass)
      end

      # @return [Integer] messages a poll brings at most
      def max_messages
        inherit(:max_messages)
      end

      # @param count [Integer, nil] at least 1; nil for the root value
      def max_messages=(count)
        set(:max_messages, count)
      end

      # @return [Integer] ms a poll waits at most
      def max_wait_time
        inherit(:max_wait_time)
      end

      # @param time [Integer, nil] ms, at least 10; nil for the root value
      def max_wait_time=(time)
        set(:max_wait_time, time)
      end

      # @return [String] where a group without committed offsets starts
      def initial_offset
        inherit(:initial_offset)
      end

      # @param position [String, nil] `"earliest"` or `"latest"`; nil for the root value
      def initial_offset=(position)
        set(:initial_offset, position)
      end

      # @return [Boolean] does a consumer instance live as long as the assignment
      def consumer_persistence
        inherit(:consumer_persistence)
      end

      # @param persistence [Boolean, nil] nil for the root value
      def consumer_persistence=(persistence)
        set(:consumer_persistence, persistence)
      end

      # @param active [Boolean] false: never subscribed, yet visible; the first call wins
      def active(active)
        @active = active ? true : false unless defined?(@active)
        @active
      end

      # @return [Boolean] what {#active} says, whatever this process filters
      def enabled?
        !defined?(@active) || @active
      end

      # @param manager [ActivityManager] filters of this process
      # @return [Boolean] does this process consume the topic
      def active?(manager = consumer_group.activity_manager)
        enabled? &&
          manager.active?(:consumer_groups, consumer_group.name) &&
          manager.active?(:subscription_groups, subscription_group_details[:name]) &&
          picked?(manager)
      end

      # @return [String] what the connection subscribes to, be it because of a pattern
      def subscription_name
        pattern ? pattern.subscription : name
      end

      # @return [Array] topics of a group that are equal here share a connection
      def connection_key
        [kafka, max_messages, max_wait_time, batch_linger, initial_offset, subscription_group_details]
      end

      # @return [Hash{Symbol => Object}] frozen; settings, and a Hash for each feature
      def to_h
        settings_h.merge(Features.to_h(self)).freeze
      end

      private

      # Defaults never replace what the topic itself says, whichever comes last.
      def set(setting, value)
        if @applying_defaults
          return if @own.include?(setting)
        else
          @own |= [setting]
        end
        @settings[setting] = value
      end

      def inherit(setting)
        own = @settings[setting]
        return own unless own.nil?

        @inherited.fetch(setting) { @inherited[setting] = App.config.public_send(setting) }
      end

      def settings_h
        {
          id:, name:, active: active?, consumer:, kafka:, max_messages:,
          max_wait_time:, batch_linger:, initial_offset:,
          consumer_persistence:, group_id: consumer_group.id,
          consumer_group_id: consumer_group.id, subscription_group_details:
        }
      end
    end
  end
end
