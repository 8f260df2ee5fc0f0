# frozen_string_literal: true

module Karafka
  module Instrumentation
    module Callbacks
      module ConsumerGroups
        # Default decorator of a connection's statistics: everything is decorated, as the engine
        # already dropped the partitions which the connection does not own. One for each client.
        class Decorator < Core::Monitoring::StatisticsDecorator
        end
      end
    end
  end
end
