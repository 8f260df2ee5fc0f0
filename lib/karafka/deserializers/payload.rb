# frozen_string_literal: true

require "json"

module Karafka
  module Deserializers
    # Reads JSON.
    class Payload
      # @param message [Messages::Message]
      # @return [Object, nil] nil for a tombstone
      # @raise [JSON::ParserError] also for an empty payload
      def call(message)
        raw = message.raw_payload
        raw.nil? ? nil : ::JSON.parse(raw)
      end
    end
  end
end
