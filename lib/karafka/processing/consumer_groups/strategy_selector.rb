# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # What a consumer instance may do about offsets. One module serves all topics: features are inputs
      # of the engine's `decide`, not combinations of modules.
      class StrategySelector
        # @param _topic [Routing::Topic]
        # @return [Module] mixed into the consumer's singleton class
        def find(_topic)
          Strategy
        end
      end
    end
  end
end
