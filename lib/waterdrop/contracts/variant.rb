# frozen_string_literal: true

module WaterDrop
  module Contracts
    # Settings of a variant.
    class Variant < Karafka::Core::Contractable::Contract
      configure { |config| config.error_messages = MESSAGES }

      # librdkafka settings that one topic may have of its own.
      TOPIC_SETTINGS = %i[
        acks compression.codec compression.level compression.type delivery.timeout.ms message.timeout.ms
        partitioner request.required.acks request.timeout.ms
      ].freeze
      private_constant :TOPIC_SETTINGS

      required(:default) { |default| [true, false].include?(default) }
      required(:max_wait_timeout) { |timeout| timeout.is_a?(Numeric) && timeout >= 0 }
      required(:topic_config) { |config| config.is_a?(Hash) }

      virtual do |data, errors|
        next if errors.any?

        data[:topic_config].keys.reject { |key| TOPIC_SETTINGS.include?(key) }.map do |key|
          [[:kafka, key], "cannot be set per topic"]
        end
      end

      # Idempotence stands on acks of all replicas.
      virtual do |data, errors|
        next if errors.any? || !(data[:idempotent] || data[:transactional])

        data[:topic_config].keys.select { |key| key.to_s.include?("acks") }.map do |key|
          [[:kafka, key], "cannot be changed for an idempotent or transactional producer"]
        end
      end
    end
  end
end
