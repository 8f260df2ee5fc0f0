# frozen_string_literal: true

module Karafka
  module Setup
    # Components and tuning, below `internal`.
    module Settings
      # Retried broker calls of a connection: milliseconds a try, tries, milliseconds between them.
      RETRIED = { committed: 5_000, query_watermark_offsets: 5_000, offsets_for_times: 5_000,
                  lag: 10_000, metadata: 10_000 }.freeze
      # The processing layer of consumer groups; a setting's name says what it holds.
      CONSUMER_GROUPS_PROCESSING = proc do
        setting :jobs_builder, constructor: -> { Processing::ConsumerGroups::JobsBuilder.new }
        setting :coordinator_class, constructor: -> { Processing::ConsumerGroups::Coordinator }
        setting :errors_tracker_class, default: nil
        setting :partitioner_class, constructor: -> { Processing::ConsumerGroups::Partitioner }
        setting :strategy_selector, constructor: -> { Processing::ConsumerGroups::StrategySelector.new }
        setting :expansions_selector, constructor: -> { Processing::ConsumerGroups::ExpansionsSelector.new }
        setting :executor_class, constructor: -> { Processing::ConsumerGroups::Executor }
      end
      # Statistics of consumer groups.
      CONSUMER_GROUPS_STATISTICS = proc do
        setting :decorator_class, constructor: -> { Instrumentation::Callbacks::ConsumerGroups::Decorator }

        # End offsets of partitions paused for `pause_age` are asked for so often; 0 is never.
        setting(:lag_compensation) do
          setting :interval, default: 0
          setting :pause_age, default: 30_000
        end
      end
      private_constant :RETRIED, :CONSUMER_GROUPS_PROCESSING, :CONSUMER_GROUPS_STATISTICS

      # Components and tuning. Constructors run when a component is asked for first, so none is
      # loaded by reading the configuration.
      INTERNAL = proc do
        setting :status, constructor: -> { Status.new }
        setting :process, constructor: -> { Process.new }
        # How often events are served while jobs run.
        setting :tick_interval, default: 5_000
        # Seconds between two looks at a shutdown in progress.
        setting :supervision_sleep, default: 0.1
        setting :forceful_exit_code, default: 2
        setting :forceful_shutdown_wait, default: 5_000

        setting(:swarm) do
          # Both come with the swarm.
          setting :manager, default: false
          setting :orphaned_exit_code, default: 3
          setting :supervision_interval, default: 30_000
          setting :liveness_interval, default: 10_000
          setting :liveness_listener, default: false
          setting :node_report_timeout, default: 60_000
          setting :node_restart_timeout, default: 5_000
        end

        setting(:cli) { setting :contract, constructor: -> { Contracts::ServerCliOptions.new } }

        setting(:routing) do
          setting :builder, constructor: -> { Routing::Builder.new }
          setting :subscription_groups_builder, constructor: -> { Routing::SubscriptionGroupsBuilder.new }
          setting :activity_manager, constructor: -> { Routing::ActivityManager.new }
        end

        setting(:declaratives) { setting :builder, constructor: -> { Declaratives::Builder.new } }

        setting(:connection) do
          setting :manager, constructor: -> { Connection::Manager.new }
          setting :conductor, constructor: -> { Connection::Conductor.new }
          # Pause before a connection that failed is made anew.
          setting :reset_backoff, default: 60_000
          setting :listener_thread_priority, default: 0

          setting(:proxy) do
            setting(:commit) do
              setting :max_attempts, default: 3
              setting :wait_time, default: 1_000
            end

            RETRIED.each do |call, milliseconds|
              setting(call) do
                setting :timeout, default: milliseconds
                setting :max_attempts, default: 3
                setting :wait_time, default: 1_000
              end
            end
          end
        end

        setting(:processing) do
          setting :jobs_queue_class, constructor: -> { Processing::JobsQueue }
          setting :scheduler_class, constructor: -> { Processing::Schedulers::Default }
          # Answers `wrap { }`, as Rails' executor does; false for none.
          setting :worker_job_call_wrapper, default: false
          # The same, around the making of a consumer, which the listener does ahead of the job.
          setting :consumer_build_wrapper, default: false
          # Raised by user code, they start a graceful stop.
          setting :critical_errors, default: [SystemExit, SignalException, NoMemoryError]

          setting(:consumer_groups, &CONSUMER_GROUPS_PROCESSING)
        end

        setting(:messages) { setting :parser, constructor: -> { Messages::Parser.new } }

        setting(:statistics) { setting(:consumer_groups, &CONSUMER_GROUPS_STATISTICS) }

        setting(:active_job) do
          setting :dispatcher, constructor: -> { ActiveJob::Dispatcher.new }
          setting :job_options_contract, constructor: -> { ActiveJob::JobOptionsContract.new }
          setting :consumer_class, constructor: -> { ActiveJob::Consumer }
          setting :deserializer, constructor: -> { ActiveJob::Deserializer.new }
        end
      end
    end
  end
end
