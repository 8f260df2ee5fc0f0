# frozen_string_literal: true

module Karafka
  module Instrumentation
    # What becomes of the values that native clients emit beside messages.
    module Callbacks
      # Of connections of consumer groups.
      module ConsumerGroups
        autoload :Decorator, "karafka/instrumentation/callbacks/consumer_groups/decorator"
      end
    end
  end
end
