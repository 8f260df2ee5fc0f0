# frozen_string_literal: true

module Karafka
  module Processing
    # `inline_insights true` of a topic: its consumers read the statistics of their partition.
    # Statistics are remembered only while an active topic asks for them.
    module InlineInsights
      autoload :Consumer, "karafka/processing/inline_insights/consumer"
      autoload :Listener, "karafka/processing/inline_insights/listener"
      autoload :Tracker, "karafka/processing/inline_insights/tracker"

      class << self
        # Makes `app.running` start the tracking. At the end of each setup; once on each monitor.
        #
        # @param config [Core::Configurable::Node]
        # @return [nil]
        def call(config)
          monitor = config.monitor
          return if subscribed?(monitor, "app.running", starter)

          monitor.subscribe("app.running", &starter)
        end

        # Whether a partition must wait: its topic requires insights and there are none yet.
        # A pure question, for the gate before a run; callable from any thread.
        #
        # @param topic [Routing::Topic]
        # @param partition [Integer]
        # @return [Boolean]
        def hold?(topic, partition)
          topic.inline_insights.required? && !Tracker.exists?(topic, partition)
        end

        private

        # One object, so that it is found again among the subscribers.
        def starter
          @starter ||= ->(_event) { start(Karafka.monitor) }
        end

        def start(monitor)
          return unless used? && !subscribed?(monitor, "statistics.emitted", Listener.instance)

          monitor.subscribe(Listener.instance)
        end

        def used?
          App.routes.any? do |group|
            group.topics.any? { |topic| topic.active? && topic.inline_insights? }
          end
        end

        def subscribed?(monitor, event, listener)
          monitor.listeners.fetch(event, []).any? { |found| found.equal?(listener) }
        end
      end
    end
  end
end
