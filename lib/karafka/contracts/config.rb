# frozen_string_literal: true

module Karafka
  module Contracts
    # The settings of the app, as `config.settled_h` gives them: components whose default was not
    # built yet are not there and need no check.
    class Config < Base
      # Shares of `internal.swarm.node_report_timeout` that a poll may last: a node reports between
      # polls, and one that is late is stopped.
      REPORT_SHARE = 0.8
      # Kept in order by the framework.
      MANAGED = %i[statistics.unassigned.include].freeze
      private_constant :REPORT_SHARE, :MANAGED

      AT_LEAST = lambda do |minimum|
        lambda do |value, *|
          (value.is_a?(Integer) && value >= minimum) || "needs to be an Integer of at least #{minimum}"
        end
      end
      BOOLEAN = ->(value, *) { [true, false].include?(value) || "needs to be true or false" }
      NAME = ->(value, *) { KafkaName.check(value) }
      PRESENT = ->(value, *) { !value.nil? || "cannot be nil" }
      HASH = ->(value, *) { value.is_a?(Hash) || "needs to be a Hash of librdkafka properties" }
      PRIORITY = lambda do |value, *|
        (value.is_a?(Integer) && value.between?(-3, 3)) || "needs to be an Integer from -3 to 3"
      end
      private_constant :AT_LEAST, :BOOLEAN, :NAME, :PRESENT, :HASH, :PRIORITY

      required(:client_id, &NAME)
      required(:group_id, &NAME)
      required(:kafka) do |kafka|
        (kafka.is_a?(Hash) && !kafka.empty?) || "needs to be a Hash of librdkafka properties, not empty"
      end

      %i[max_wait_time shutdown_timeout concurrency].each { |name| required(name, &AT_LEAST[1]) }
      required(:batch_linger) { |value, *rest| value.nil? || AT_LEAST[0].call(value, *rest) }

      %i[
        consumer_persistence strict_topics_namespacing strict_declarative_topics strict_dead_letter_patterns
      ].each do |name|
        required(name, &BOOLEAN)
      end
      required(:worker_thread_priority, &PRIORITY)

      nested(:pause) do
        required(:timeout, &AT_LEAST[1])
        required(:max_timeout, &AT_LEAST[1])
        required(:with_exponential_backoff, &BOOLEAN)
      end

      required(:oauth, :token_provider_listener) do |listener|
        listener == false || listener.respond_to?(:on_oauthbearer_token_refresh) ||
          "needs to be false or answer `on_oauthbearer_token_refresh`"
      end

      nested(:swarm) do
        required(:nodes, &AT_LEAST[1])
        # By what it does: naming the class would load the swarm into every process.
        required(:node) do |node|
          node == false || node.respond_to?(:orphaned?) || "needs to be false or the node of this process"
        end
      end

      nested(:license) do
        required(:token) do |token|
          [true, false].include?(token) || token.is_a?(String) || "needs to be a String or a boolean"
        end
        required(:entity) { |entity| entity.is_a?(String) || "needs to be a String" }
      end

      nested(:admin) do
        required(:kafka, &HASH)
        required(:group_id, &NAME)
        required(:max_wait_time, &AT_LEAST[1])
        required(:max_retries_duration, &AT_LEAST[1_000])
        required(:retry_backoff, &AT_LEAST[100])
      end

      nested(:internal) do
        required(:tick_interval, &AT_LEAST[1_000])
        required(:supervision_sleep) do |seconds|
          (seconds.is_a?(Numeric) && seconds.positive?) || "needs to be a positive number of seconds"
        end
        required(:forceful_exit_code, &AT_LEAST[0])
        required(:forceful_shutdown_wait, &AT_LEAST[0])
        optional(:status, &PRESENT)
        optional(:process, &PRESENT)
        optional(:cli, :contract, &PRESENT)
        optional(:declaratives, :builder, &PRESENT)
        optional(:messages, :parser, &PRESENT)

        nested(:swarm) do
          optional(:manager, &PRESENT)
          optional(:liveness_listener, &PRESENT)
          required(:orphaned_exit_code, &AT_LEAST[0])
          %i[supervision_interval liveness_interval node_report_timeout node_restart_timeout].each do |name|
            required(name, &AT_LEAST[1_000])
          end
        end

        nested(:routing) do
          %i[builder subscription_groups_builder activity_manager].each { |name| optional(name, &PRESENT) }
        end

        nested(:connection) do
          optional(:manager, &PRESENT)
          optional(:conductor, &PRESENT)
          required(:reset_backoff, &AT_LEAST[1_000])
          required(:listener_thread_priority, &PRIORITY)

          nested(:proxy) do
            %i[commit committed query_watermark_offsets offsets_for_times metadata].each do |call|
              required(call, :timeout, &AT_LEAST[1]) unless call == :commit
              required(call, :max_attempts, &AT_LEAST[1])
              required(call, :wait_time, &AT_LEAST[1])
            end
          end
        end

        nested(:processing) do
          optional(:jobs_queue_class, &PRESENT)
          optional(:scheduler_class, &PRESENT)
          %i[worker_job_call_wrapper consumer_build_wrapper].each do |name|
            required(name) do |wrapper|
              wrapper == false || wrapper.respond_to?(:wrap) || "needs to be false or answer `wrap`"
            end
          end
          required(:critical_errors) do |classes|
            (classes.is_a?(Array) && classes.all? { |one| one.is_a?(Class) && one <= Exception }) ||
              "needs to be an Array of exception classes"
          end

          nested(:consumer_groups) do
            %i[jobs_builder coordinator_class partitioner_class strategy_selector expansions_selector
               executor_class].each { |name| optional(name, &PRESENT) }
          end
        end

        nested(:statistics) do
          nested(:consumer_groups) do
            optional(:decorator_class, &PRESENT)
            required(:lag_compensation, :interval, &AT_LEAST[0])
            required(:lag_compensation, :pause_age, &AT_LEAST[5_000])
          end
        end

        nested(:active_job) do
          %i[dispatcher job_options_contract consumer_class].each { |name| optional(name, &PRESENT) }
        end
      end

      # Rules over several settings run when each alone is right; the first that fails is reported.
      class << self
        private

        def across(&block)
          virtual { |config, errors| block.call(config) if errors.empty? }
        end
      end

      across { |config| string_keys(config[:kafka], :kafka) }
      across { |config| string_keys(config[:admin][:kafka], :admin, :kafka) }

      across do |config|
        (MANAGED & config[:kafka].keys).map { |name| [[:kafka, name], "is managed by the framework"] }
      end

      across do |config|
        pause = config[:pause]
        [[%i[pause timeout], "cannot exceed `pause.max_timeout`"]] if pause[:timeout] > pause[:max_timeout]
      end

      across do |config|
        next if config[:max_wait_time] < config[:shutdown_timeout]

        [[%i[shutdown_timeout], "needs to be longer than `max_wait_time`"]]
      end

      across do |config|
        next if config[:max_wait_time] < config[:internal][:swarm][:node_report_timeout] * REPORT_SHARE

        [[%i[max_wait_time], "needs to be below 80% of `internal.swarm.node_report_timeout`"]]
      end

      class << self
        private

        def string_keys(kafka, *path)
          kafka.keys.grep_v(Symbol).map { |name| [[*path, name], "is no Symbol: librdkafka properties are"] }
        end
      end
    end
  end
end
