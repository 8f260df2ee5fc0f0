# frozen_string_literal: true

module Karafka
  # The application: its configuration, routes and state. Apps call it as it is or subclass it.
  class App
    class << self
      # @yieldparam config [Setup::Dsl] settings to assign
      # @return [nil]
      # @raise [Errors::InvalidConfigurationError] what was assigned stays, the app does not start
      def setup(&block)
        Setup::Config.setup(&block)
      end

      # @return [Core::Configurable::Node]
      def config
        Setup::Config.config
      end

      # @return [Routing::Builder] Array-like, of consumer groups
      def routes
        config.internal.routing.builder
      end
      alias groups routes
      alias consumer_groups routes

      # Defaults of topics that are drawn later.
      def defaults(&block)
        routes.defaults(&block)
      end

      # @return [Declaratives::Builder]
      def declaratives
        config.internal.declaratives.builder
      end

      # @return [Hash{Routing::ConsumerGroup => Array<Routing::SubscriptionGroup>}] what is active
      #   in this process; routes themselves stay whole
      def subscription_groups
        routes.active.each_with_object({}) do |group, active|
          members = group.subscription_groups.select(&:active?)
          active[group] = members unless members.empty?
        end
      end

      # @return [Hash{Routing::Topic => Array<Integer>}] frozen; partitions assigned right now
      def assignments
        Instrumentation::AssignmentsTracker.instance.current
      end

      # Prepares for forking or running; nothing in a forked node, which inherits it.
      def warmup
        return if config.swarm.node

        monitor.instrument("app.before_warmup", caller: self)
        ::Process.respond_to?(:warmup) ? ::Process.warmup : Setup::Warmup.call
      end

      # Turns on debugging of loggers and of librdkafka, for what is routed and what will be.
      #
      # @param contexts [String] librdkafka's `debug` property
      def debug!(contexts = "all")
        Setup::Debugging.new(config, contexts).enable
      end

      Status::STATES.each do |state, transition|
        define_method(:"#{state}?") { config.internal.status.public_send(:"#{state}?") }
        define_method(transition) { config.internal.status.public_send(transition) }
      end

      # @return [Boolean] no new work is taken: quieting or later
      def done?
        config.internal.status.done?
      end

      # Same as of {Karafka}.
      %i[env logger monitor pro? producer root].each do |name|
        define_method(name) { Karafka.public_send(name) }
      end
    end
  end
end
