# frozen_string_literal: true

RSpec.describe Karafka::Setup::Settings, :fresh_app do
  let(:config) { Karafka::App.config }

  it "can all be read at once, frozen" do
    expect(config.to_h).to be_frozen
    expect(config.to_h.dig(:internal, :tick_interval)).to eq(5_000)
  end

  it "have the documented defaults" do
    defaults = config.settled_h.except(:logger, :monitor, :internal)

    expect(defaults).to eq(
      license: { token: false, entity: "" },
      client_id: "karafka", group_id: "app", consumer_persistence: true, initial_offset: "earliest",
      max_messages: 100, max_wait_time: 1_000, batch_linger: nil, shutdown_timeout: 60_000, concurrency: 5,
      pause: { timeout: 1_000, max_timeout: 30_000, with_exponential_backoff: true },
      producer: nil, strict_topics_namespacing: true, strict_declarative_topics: false,
      strict_dead_letter_patterns: false,
      worker_thread_priority: -1, oauth: { token_provider_listener: false }, kafka: {},
      encryption: {
        active: false, mode: :direct, version: "", public_key: "", private_keys: {}, fingerprinter: false,
        envelope: { max_messages: 65_536, max_age: 300_000, cache_size: 1_024, cache_ttl: 600_000,
                    accepted_origins: {}, foreign_decoder: nil }
      },
      scheduled_messages: {
        interval: 15_000, flush_batch_size: 1_000, producer: nil, group_id: "karafka_scheduled_messages",
        states_suffix: "_states"
      },
      swarm: { nodes: 3, node: false },
      admin: {
        kafka: {
          "enable.partition.eof": true, "statistics.interval.ms": 0, "fetch.message.max.bytes": 5_242_880,
          "enable.auto.commit": false, "allow.auto.create.topics": false, "enable.auto.offset.store": false
        },
        group_id: "karafka_admin", max_wait_time: 60_000, max_retries_duration: 60_000,
        retry_backoff: 500, poll_timeout: 50
      }
    )
  end

  it "have the documented internal ones" do
    internal = config.internal

    expect(internal.settled_h.slice(:tick_interval, :supervision_sleep, :forceful_exit_code, :swarm)).to eq(
      tick_interval: 5_000, supervision_sleep: 0.1, forceful_exit_code: 2,
      swarm: { manager: false, liveness_listener: false, orphaned_exit_code: 3, supervision_interval: 30_000,
               liveness_interval: 10_000, node_report_timeout: 60_000, node_restart_timeout: 5_000 }
    )
    expect(internal.connection.settled_h).to include(reset_backoff: 60_000, listener_thread_priority: 0)
    expect(internal.connection.proxy.settled_h).to eq(
      commit: { max_attempts: 3, wait_time: 1_000 },
      **%i[committed query_watermark_offsets offsets_for_times].to_h do |call|
        [call, { timeout: 5_000, max_attempts: 3, wait_time: 1_000 }]
      end,
      **%i[lag metadata].to_h { |call| [call, { timeout: 10_000, max_attempts: 3, wait_time: 1_000 }] }
    )
    expect(internal.processing.critical_errors).to eq([SystemExit, SignalException, NoMemoryError])
    expect(internal.statistics.consumer_groups.lag_compensation.to_h).to eq(interval: 0, pause_age: 30_000)
  end

  it "have collections that may be added to" do
    collections = [config.kafka, config.admin.kafka, config.internal.processing.critical_errors]

    expect(collections).to all(satisfy { |one| !one.frozen? })
  end

  it "have no flat pause accessors" do
    expect(config).not_to respond_to(:pause_timeout)
  end

  it "build no component by being validated or looked at" do
    config.kafka = { "bootstrap.servers": "x:1" }
    Karafka::Contracts::Config.new.call(config.settled_h)

    expect(config.settled_h.dig(:internal, :routing)).to eq({})
  end

  it "are not changed by being read (H-246)" do
    before = config.settled_h
    2.times { [config.kafka, config.admin.kafka, config.producer, config.pause.timeout] }

    expect(config.settled_h).to eq(before)
  end
end
