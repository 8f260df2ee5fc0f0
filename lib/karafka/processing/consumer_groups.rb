# frozen_string_literal: true

module Karafka
  module Processing
    # Processing of topics that a consumer group reads.
    module ConsumerGroups
      autoload :Conclusion, "karafka/processing/consumer_groups/conclusion"
      autoload :Coordinator, "karafka/processing/consumer_groups/coordinator"
      autoload :DeadLetter, "karafka/processing/consumer_groups/dead_letter"
      autoload :DeadLetters, "karafka/processing/consumer_groups/dead_letters"
      autoload :DefaultReducer, "karafka/processing/consumer_groups/default_reducer"
      autoload :ErrorsTracker, "karafka/processing/consumer_groups/errors_tracker"
      autoload :Executor, "karafka/processing/consumer_groups/executor"
      autoload :ExpansionsSelector, "karafka/processing/consumer_groups/expansions_selector"
      autoload :FanOut, "karafka/processing/consumer_groups/fan_out"
      autoload :Filters, "karafka/processing/consumer_groups/filters"
      autoload :Hold, "karafka/processing/consumer_groups/hold"
      autoload :JobsBuilder, "karafka/processing/consumer_groups/jobs_builder"
      autoload :Lanes, "karafka/processing/consumer_groups/lanes"
      autoload :Lifecycle, "karafka/processing/consumer_groups/lifecycle"
      autoload :OffsetMetadata, "karafka/processing/consumer_groups/offset_metadata"
      autoload :Partitioner, "karafka/processing/consumer_groups/partitioner"
      autoload :Strategy, "karafka/processing/consumer_groups/strategy"
      autoload :StrategySelector, "karafka/processing/consumer_groups/strategy_selector"
      autoload :Transaction, "karafka/processing/consumer_groups/transaction"
      autoload :Transactions, "karafka/processing/consumer_groups/transactions"
    end
  end
end
