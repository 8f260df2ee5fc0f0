# frozen_string_literal: true

require "securerandom"

module Karafka
  module ScheduledMessages
    # Builds what goes to the topic where messages wait. Takes checked values.
    module Envelope
      # What stays as it is on the record.
      KEPT = %i[timestamp label].freeze
      private_constant :KEPT

      class << self
        # @see ScheduledMessages.schedule
        def schedule(message, epoch, envelope)
          record = {
            topic: envelope[:topic].to_s,
            key: envelope[:key] || "#{message[:topic]}-#{SecureRandom.uuid}",
            payload: message[:payload],
            headers: (message[:headers] || {}).merge(headers(message, epoch)),
            **message.slice(*KEPT)
          }
          place = envelope[:partition_key] || message[:partition_key] || partition(message)
          place ? record.merge(partition_key: place) : record
        end

        # @see ScheduledMessages.cancel
        def cancel(envelope)
          { topic: envelope[:topic].to_s, key: envelope[:key], payload: nil, headers: marker("cancel"),
            **envelope.slice(:partition_key).compact }
        end

        # Takes away the record of a message that was dispatched.
        #
        # @param record [Record]
        # @return [Hash{Symbol => Object}]
        def tombstone(record)
          {
            topic: record.topic, partition: record.partition, key: record.key, payload: nil,
            headers: marker("tombstone").merge(Headers::SOURCE_OFFSET => record.offset.to_s)
          }
        end

        private

        def headers(message, epoch)
          {
            **marker("schedule"),
            Headers::EPOCH => epoch.to_s,
            Headers::TARGET => message[:topic].to_s,
            Headers::TARGET_KEY => message[:key],
            Headers::TARGET_PARTITION => partition(message),
            Headers::TARGET_PARTITION_KEY => message[:partition_key]
          }.compact
        end

        def marker(type)
          { Headers::VERSION => SCHEMA_VERSION, Headers::TYPE => type }
        end

        # Producers take -1 for "any".
        def partition(message)
          partition = message[:partition]
          partition.to_s if partition && !partition.negative?
        end
      end
    end
  end
end
