# frozen_string_literal: true

require "json"

module Karafka
  module Native
    module Partitioners
      # By a value inside of JSON payloads, whatever deserializer the topic has. As a lambda that parses
      # the raw payload and walks to the value. The engine finds Strings, Integers, true, false and null
      # without parsing into objects; for anything else Ruby parses that message.
      class JsonPointer < Base
        INDEX = /\A(?:0|[1-9][0-9]*)\z/

        # @param pointer [String] as RFC 6901 has it: `/order/items/0/sku`, with `~1` for a slash and `~0`
        #   for a tilde in a name; "" for the whole document
        # @raise [ArgumentError] malformed
        def initialize(pointer)
          text = pointer.to_str.encode(Encoding::UTF_8)
          extractor = Extractor.json(text)
          @tokens = text.split("/", -1).drop(1).map { |token| token.gsub("~1", "/").gsub("~0", "~") }.freeze
          super(extractor)
        end

        # @param message [Messages::Message]
        # @return [Object, nil] nil (lane 0) for a tombstone and where there is nothing
        # @raise [JSON::ParserError] no JSON
        def call(message)
          payload = message.raw_payload
          payload && @tokens.reduce(JSON.parse(payload)) { |value, token| step(value, token) }
        end

        private

        def step(value, token)
          case value
          when Hash then value[token]
          when Array then INDEX.match?(token) ? value[token.to_i] : nil
          end
        end
      end
    end
  end
end
