# frozen_string_literal: true

module Karafka
  # Messages for later. A record of a compacted topic holds the message until its time; a consumer of that
  # topic ({Consumer}, routed by `scheduled_messages`) sends it to its target then, and a tombstone takes
  # the record away. docs/scheduled_messages.md says what is guaranteed.
  #
  #   later = Karafka::Pro::ScheduledMessages.schedule(
  #     message: { topic: "reminders", payload: "wake up", key: "user-7" },
  #     epoch: Time.now.to_i + 3_600,
  #     envelope: { topic: "scheduled", key: "reminder-7" }
  #   )
  #   Karafka.producer.produce_async(later)
  #
  # Also known as `Karafka::Pro::ScheduledMessages`.
  module ScheduledMessages
    autoload :Consumer, "karafka/scheduled_messages/consumer"
    autoload :Contracts, "karafka/scheduled_messages/contracts"
    autoload :Day, "karafka/scheduled_messages/day"
    autoload :Dispatcher, "karafka/scheduled_messages/dispatcher"
    autoload :Envelope, "karafka/scheduled_messages/envelope"
    autoload :Errors, "karafka/scheduled_messages/errors"
    autoload :Record, "karafka/scheduled_messages/record"
    autoload :States, "karafka/scheduled_messages/states"

    # Layout of the records that this version writes, and the newest that it reads.
    SCHEMA_VERSION = "1.0.0"

    # What stands beside a record or a tombstone. Other clients may write schedules with {REQUIRED} too.
    module Headers
      VERSION = "schedule_schema_version"
      EPOCH = "schedule_target_epoch"
      # `schedule`, `cancel` or, of what was dispatched, `tombstone`.
      TYPE = "schedule_source_type"
      TARGET = "schedule_target_topic"
      TARGET_KEY = "schedule_target_key"
      TARGET_PARTITION = "schedule_target_partition"
      TARGET_PARTITION_KEY = "schedule_target_partition_key"
      # Where a dispatched message waited; of a tombstone, the record that it takes away.
      SOURCE_TOPIC = "schedule_source_topic"
      SOURCE_PARTITION = "schedule_source_partition"
      SOURCE_OFFSET = "schedule_source_offset"
      SOURCE_KEY = "schedule_source_key"
      REQUIRED = [VERSION, EPOCH, TYPE, TARGET].freeze
    end

    class << self
      # The record that schedules a message, or that replaces what was scheduled under its key. Give it to
      # any producer.
      #
      # @param message [Hash{Symbol => Object}] as for a producer, with a payload
      # @param epoch [Integer] seconds since 1970, when it is due; past ones are due at once
      # @param envelope [Hash{Symbol => Object}] `topic:` one of `scheduled_messages`; `key:` under which it
      #   can be replaced or cancelled, unique unless given; `partition_key:` unless the message's place is
      #   to decide
      # @return [Hash{Symbol => Object}]
      # @raise [WaterDrop::Errors::MessageInvalidError] names what is wrong
      def schedule(message:, epoch:, envelope:)
        Contracts.check_message(message)
        Contracts.check_epoch(epoch)
        Contracts.check_envelope(envelope)
        Envelope.schedule(message, epoch, envelope)
      end

      # The record that takes back what was scheduled under a key.
      #
      # @param key [String] of the envelope
      # @param envelope [Hash{Symbol => Object}] `topic:` and, where the schedule had or derived one, the
      #   same `partition_key:`; with another it lands elsewhere and cancels nothing
      # @return [Hash{Symbol => Object}]
      # @raise [WaterDrop::Errors::MessageInvalidError] names what is wrong
      def cancel(key:, envelope:)
        envelope = envelope.merge(key:) if envelope.is_a?(Hash)
        Contracts.check_envelope(envelope, required: %i[topic key])
        Envelope.cancel(envelope)
      end

      # @return [WaterDrop::Producer] of dispatches and reports: the one of the settings, or the app's
      def producer
        App.config.scheduled_messages.producer || Karafka.producer
      end
    end
  end
end
