# frozen_string_literal: true

require "singleton"

module Karafka
  module Processing
    module InlineInsights
      # Hands statistics to the {Tracker}. Subscribed only when an active topic wants them, as
      # statistics that nobody listens to are not even parsed.
      class Listener
        include Singleton

        # @param event [Core::Monitoring::Event] `statistics.emitted`
        def on_statistics_emitted(event)
          Tracker.add(event[:group_id], event[:statistics])
        end
      end
    end
  end
end
