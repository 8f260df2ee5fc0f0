# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # What sees the batches of a topic before its consumers do: filters of the app, and those behind
      # `delay_by`, `expire_in` and `throttle`.
      module Filters
        autoload :Actions, "karafka/processing/consumer_groups/filters/actions"
        autoload :Base, "karafka/processing/consumer_groups/filters/base"
        autoload :Chain, "karafka/processing/consumer_groups/filters/chain"
        autoload :Delayer, "karafka/processing/consumer_groups/filters/delayer"
        autoload :Expirer, "karafka/processing/consumer_groups/filters/expirer"
        autoload :Throttler, "karafka/processing/consumer_groups/filters/throttler"
      end
    end
  end
end
