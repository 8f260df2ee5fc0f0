# frozen_string_literal: true

module Karafka
  class Admin
    # Messages of what a reader brings: with the deserializers of the routed topic (also one that is
    # not active), else with the standard ones. Nothing is deserialized before it is asked for.
    class Records
      def initialize
        @deserializers = Hash.new do |known, topic|
          known[topic] = Routing::Router.find_or_initialize_by_name(topic).deserializers
        end
      end

      # @param record [Array] topic, partition, offset, ms, key, payload, headers, leader epoch
      # @return [Messages::Message]
      def message(record)
        topic, partition, offset, timestamp, key, payload, headers = record
        metadata = Messages::Metadata.new(
          topic:, partition:, offset:,
          timestamp: timestamp && ::Time.at(0, timestamp, :millisecond), received_at: ::Time.now,
          raw_key: key, raw_headers: headers_h(headers), deserializers: @deserializers[topic]
        )
        message = Messages::Message.new(payload, metadata)
        metadata.message = message
        message
      end

      private

      # A name that repeats has an Array of its values.
      def headers_h(pairs)
        pairs.each_with_object({}) do |(name, value), headers|
          headers[name] = headers.key?(name) ? [*headers[name], value] : value
        end.freeze
      end
    end
  end
end
