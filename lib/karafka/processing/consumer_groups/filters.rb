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
        autoload :Withholder, "karafka/processing/consumer_groups/filters/withholder"

        # @return [Integer] ms since the epoch, rounded down as timestamps of records are
        def self.wall_now = ::Process.clock_gettime(::Process::CLOCK_REALTIME, :millisecond)
      end
    end
  end
end
