# frozen_string_literal: true

require "logger"
require "securerandom"

module WaterDrop
  # Settings of one producer. See the README for what each does; durations are milliseconds.
  class Config
    include Karafka::Core::Configurable

    # What librdkafka gets unless the user says otherwise. The message timeout is below
    # `max_wait_timeout`, so that a synchronous wait ends with a verdict.
    KAFKA_DEFAULTS = {
      "client.id": "waterdrop",
      "statistics.interval.ms": 5_000,
      "message.timeout.ms": 150_000,
      "transaction.timeout.ms": 165_000,
      "socket.nagle.disable": true
    }.freeze
    private_constant :KAFKA_DEFAULTS

    # Counters whose change the default statistics decorator tells.
    DECORATED = %w[tx txretries txerrs rxerrs].freeze
    private_constant :DECORATED

    setting :id, constructor: -> { "waterdrop-#{SecureRandom.hex(6)}" }
    setting :logger, constructor: -> { Logger.new($stdout, level: Logger::WARN) }
    setting :monitor, constructor: -> { Instrumentation::Monitor.new }
    setting :max_payload_size, default: 1_000_012
    setting :max_wait_timeout, default: 180_000
    setting :wait_on_queue_full, default: true
    setting :wait_backoff_on_queue_full, default: 100
    setting :wait_timeout_on_queue_full, default: 10_000
    setting :instrument_on_wait_queue_full, default: true
    setting :wait_backoff_on_transaction_command, default: 500
    setting :max_attempts_on_transaction_command, default: 5
    setting :reload_on_transaction_fatal_error, default: true
    setting :reload_on_idempotent_fatal_error, default: false
    setting :wait_backoff_on_idempotent_fatal_error, default: 5_000
    setting :max_attempts_on_idempotent_fatal_error, default: 5
    setting :wait_backoff_on_transaction_fatal_error, default: 1_000
    setting :max_attempts_on_transaction_fatal_error, default: 10
    setting :wait_timeout_on_transaction_abort, default: 0
    setting :non_reloadable_errors, constructor: -> { %i[fenced] }
    setting :idle_disconnect_timeout, default: 0
    setting :statistics_decorator,
            constructor: -> { Karafka::Core::Monitoring::StatisticsDecorator.new(only_keys: DECORATED) }
    setting :deliver, default: true
    setting :client_class, constructor: -> { Clients::Rdkafka }
    setting :kafka, constructor: -> { {} }
    setting :middleware, constructor: -> { Middleware.new }
    setting(:oauth) { setting :token_provider_listener, default: false }
    setting :polling do
      setting :mode, default: :fd
      setting :poller, default: nil
      setting :fd do
        setting :max_time, default: 100
        setting :periodic_poll_interval, default: 1_000
      end
    end

    # Lets the block set, fills in what librdkafka should get, and checks everything.
    #
    # @yieldparam config [Karafka::Core::Configurable::Node]
    # @raise [Errors::ConfigurationInvalidError]
    def setup(&block)
      configure(&block)
      kafka = config.kafka
      config.kafka = KAFKA_DEFAULTS.merge(kafka) if kafka.is_a?(Hash)
      Contracts::Config.new.validate!(config.to_h, Errors::ConfigurationInvalidError)
      nil
    end
  end
end
