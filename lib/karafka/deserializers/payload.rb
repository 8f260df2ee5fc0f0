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
        # A copy, which shares its bytes: some versions change the encoding of the String that they parse.
        raw.nil? ? nil : ::JSON.parse(raw.dup)
      end
    end
  end
end
