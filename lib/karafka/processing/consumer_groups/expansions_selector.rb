# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # What a topic's features add to its consumer instances.
      class ExpansionsSelector
        # @param topic [Routing::Topic]
        # @return [Array<Module>] mixed into the consumer's singleton class
        def find(topic)
          expansions = []
          expansions << InlineInsights::Consumer if topic.inline_insights?
          expansions << Lanes if topic.virtual_partitions? || topic.long_running_job?
          expansions << DeadLetters if topic.dead_letter_queue?
          expansions
        end
      end
    end
  end
end
