# frozen_string_literal: true

module Karafka
  module ActiveJob
    # Checks what is given to `karafka_options`. Keys that it does not know pass.
    class JobOptionsContract < Contracts::Base
      {
        dispatch_method: %i[produce_async produce_sync],
        dispatch_many_method: %i[produce_many_async produce_many_sync],
        partition_key_type: %i[key partition_key partition]
      }.each do |name, values|
        optional(name) do |value|
          values.include?(value) || "must be #{values.map(&:inspect).join(" or ")}, not #{value.inspect}"
        end
      end

      %i[partitioner producer].each do |name|
        optional(name) do |value|
          value.respond_to?(:call) || "needs to answer `call`, as #{value.inspect} does not"
        end
      end

      optional(:scheduled_messages_topic) do |topic|
        named = topic.is_a?(String) || topic.is_a?(Symbol)
        named ? Contracts::KafkaName.check(topic.to_s) : "must be the name of a topic, not #{topic.inspect}"
      end
    end
  end
end
