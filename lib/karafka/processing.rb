# frozen_string_literal: true

module Karafka
  # From scheduled jobs to the user's code and what follows it.
  module Processing
    autoload :ConsumerGroups, "karafka/processing/consumer_groups"
    autoload :CoordinatorsBuffer, "karafka/processing/coordinators_buffer"
    autoload :Dispatch, "karafka/processing/dispatch"
    autoload :Executors, "karafka/processing/executors"
    autoload :InlineInsights, "karafka/processing/inline_insights"
    autoload :Jobs, "karafka/processing/jobs"
    autoload :JobsQueue, "karafka/processing/jobs_queue"
    autoload :Origin, "karafka/processing/origin"
    autoload :PeriodicPartitions, "karafka/processing/periodic_partitions"
    autoload :Piping, "karafka/processing/piping"
    autoload :Schedulers, "karafka/processing/schedulers"
    autoload :Worker, "karafka/processing/worker"
    autoload :WorkersPool, "karafka/processing/workers_pool"
  end
end
