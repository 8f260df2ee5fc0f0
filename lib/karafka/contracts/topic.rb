# frozen_string_literal: true

module Karafka
  module Contracts
    # Settings of a routed topic apart from its features. Gets `Topic#to_h` and `enabled:`.
    class Topic < Base
      # Properties that the protocol with server-side assignment does not know.
      CLASSIC_ONLY = %i[partition.assignment.strategy session.timeout.ms heartbeat.interval.ms
                        group.protocol.type].freeze

      %i[name id].each do |path|
        required(path) { |value| KafkaName.check(value) }
      end

      required(:kafka) do |value|
        (value.is_a?(Hash) && !value.empty?) || "needs to be a Hash of settings, not #{value.inspect}"
      end

      required(:max_messages) { |value| Expected.integer(value, least: 1) }
      required(:max_wait_time) { |value| Expected.integer(value, least: 10) }
      required(:batch_linger) { |value| value.nil? || Expected.integer(value, least: 0) }

      required(:initial_offset) do |value|
        %w[earliest latest].include?(value) || %(must be "earliest" or "latest", not #{value.inspect})
      end

      required(:subscription_group_details, :name) do |value|
        (value.is_a?(String) && !value.empty?) || "must be a String with characters, not #{value.inspect}"
      end

      virtual do |topic, errors|
        next if errors.any? || !topic[:enabled] || topic[:consumer]

        [[%i[consumer], "must be given, as the topic is active"]]
      end

      virtual do |topic, errors|
        next if errors.any?

        refused = KafkaSettings.refused(topic[:kafka])
        refused && [[%i[kafka], refused]]
      end

      virtual do |topic, errors|
        next if errors.any? || !topic[:kafka][:"bootstrap.servers"].to_s.empty?

        [[%i[kafka bootstrap.servers], "must be given (as a Symbol key)"]]
      end

      virtual do |topic, errors|
        next if errors.any? || !Karafka::App.config.strict_topics_namespacing
        next unless topic[:name].include?(".") && topic[:name].include?("_")

        [[%i[name], "#{topic[:name].inspect} mixes `.` and `_`, which Kafka's metrics do not tell apart"]]
      end
    end
  end
end
