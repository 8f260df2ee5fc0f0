# frozen_string_literal: true

module Karafka
  module Contracts
    # A consumer group as a whole. Gets `ConsumerGroup#to_h`.
    class ConsumerGroup < Base
      required(:id) { |id| KafkaName.check(id) }

      required(:topics) { |topics| (topics.is_a?(Array) && !topics.empty?) || "must not be empty" }

      virtual do |group, errors, contract|
        next if errors.any?

        _, same = group[:topics].group_by { |topic| topic[:name] }.find { |_, topics| topics.size > 1 }
        same && [[%i[topics], contract.duplicate(same)]]
      end

      virtual do |group, errors, contract|
        next if errors.any? || !Karafka::App.config.strict_topics_namespacing

        names = group[:topics].map { |topic| topic[:name] }
        alike = names.group_by { |name| name.scrub.tr(".", "_") }.each_value.find { |same| same.size > 1 }
        alike && [[%i[topics], contract.ambiguous(alike)]]
      end

      # @param topics [Array<Hash>] of one name
      # @return [String] text of the failure
      def duplicate(topics)
        consumers = topics.map { |topic| topic[:consumer] }.uniq
        hint = "(is the boot file loaded twice?)"
        hint = "with different consumers (#{consumers.join(", ")})" if consumers.size > 1
        "#{topics.first[:name].inspect} is routed #{topics.size} times in the group #{hint}"
      end

      # @param names [Array<String>]
      # @return [String] text of the failure
      def ambiguous(names)
        "#{names.map(&:inspect).join(" and ")} differ in `.` and `_` only, " \
          "which Kafka's metrics do not tell apart"
      end
    end
  end
end
