# frozen_string_literal: true

module Karafka
  module Setup
    module Settings
      # What an app sets. Defaults that are collections are not frozen: apps add to them in place.
      ROOT = proc do
        # Accepted and never verified: no feature depends on a licence.
        setting(:license) do
          setting :token, default: false
          setting :entity, default: ""
        end

        # librdkafka's `client.id`, unless the kafka scope has one.
        setting :client_id, default: "karafka"
        setting :logger, constructor: -> { Instrumentation::Logger.new }
        setting :monitor, constructor: -> { Instrumentation::Monitor.new }
        # Consumer instances live as long as their partition; false builds one for each batch.
        setting :consumer_persistence, default: true
        setting :initial_offset, default: "earliest"

        # A batch is handed over when it has `max_messages`, or after `max_wait_time`.
        setting :max_messages, default: 100
        setting :max_wait_time, default: 1_000
        # Hands a batch over once nothing has arrived for so long; nil waits for `max_wait_time`.
        # Not in the original: a quiet topic need not wait a second for a batch that never fills.
        setting :batch_linger, default: nil

        setting :shutdown_timeout, default: 60_000
        # Worker threads.
        setting :concurrency, default: 5

        setting(:pause) do
          setting :timeout, default: 1_000
          setting :max_timeout, default: 30_000
          setting :with_exponential_backoff, default: true
        end

        # Built at setup when none is assigned.
        setting :producer, default: nil
        setting :strict_topics_namespacing, default: true
        # Consumer group of topics that are routed outside of any.
        setting :group_id, default: "app"
        setting :strict_declarative_topics, default: false
        # Refuses patterns that can match a topic of dead letters, instead of warning. Not in the original.
        setting :strict_dead_letter_patterns, default: false
        # Below zero, so that polling is served before processing.
        setting :worker_thread_priority, default: -1

        setting(:oauth) do
          # Answers `on_oauthbearer_token_refresh`; of consumers, admin clients and the producer.
          setting :token_provider_listener, default: false
        end

        # librdkafka properties by Symbol. Consumers take theirs, producers theirs.
        setting :kafka, default: {}

        setting(:swarm) do
          setting :nodes, default: 3
          # The node, in a forked child.
          setting :node, default: false
        end

        setting(:admin) do
          # Over the root kafka scope.
          setting :kafka, default: {
            "enable.partition.eof": true,
            "statistics.interval.ms": 0,
            "fetch.message.max.bytes": 5 * 1_048_576,
            "enable.auto.commit": false,
            "allow.auto.create.topics": false,
            "enable.auto.offset.store": false
          }
          setting :group_id, default: "karafka_admin"
          setting :max_wait_time, default: 60_000
          # How long to wait until the effect of a change is visible.
          setting :max_retries_duration, default: 60_000
          setting :retry_backoff, default: 500
          setting :poll_timeout, default: 50
        end

        setting(:encryption, &ENCRYPTION)
        setting(:scheduled_messages, &SCHEDULED_MESSAGES)
        setting(:internal, &INTERNAL)
      end
    end
  end
end
