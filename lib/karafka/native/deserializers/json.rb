# frozen_string_literal: true

require "json"

module Karafka
  module Native
    module Deserializers
      # Reads JSON as `JSON.parse` does, only faster: the same values, the same errors. Payloads that are
      # still in the memory of their batch are parsed there, without a String of their own, and ahead of
      # a reader who takes one message after the other, on other cores. What Ruby's parsers read each in
      # its own way (comments, names given twice, broken text), and what is no JSON, goes to
      # `JSON.parse` itself.
      #
      # Class and instances do the same, keep nothing, and serve all threads.
      #
      # @example
      #   topic(:orders) { deserializers(payload: Karafka::Native::Deserializers::JSON) }
      class JSON
        # What class and instances do.
        module Reading
          # @param message [Messages::Message] or whatever has a `raw_payload`
          # @return [Object, nil] nil for a tombstone
          # @raise [::JSON::ParserError] also for an empty payload
          def call(message)
            value = Documents.of(message)
            return value unless value.is_a?(Symbol)

            raw = message.raw_payload
            return if raw.nil?

            value = Documents.parse(raw) if value == :elsewhere
            # Some versions change the encoding of the String that they parse.
            value == :refused ? ::JSON.parse(raw.dup) : value
          end

          # Reads one value and builds nothing else.
          #
          # @param message [Messages::Message] or whatever has a `raw_payload`
          # @param pointer [String] JSON pointer (RFC 6901), such as `"/lines/0/price"`
          # @return [Object, nil] a new object each time; nil where nothing is, and for a tombstone
          # @raise [ArgumentError] for what is no pointer
          # @raise [::JSON::ParserError] as {#call}, whatever the pointer
          def call_at(message, pointer)
            value = Documents.at(message, pointer)
            return value unless value.is_a?(Symbol)

            raw = message.raw_payload
            return if raw.nil?

            value = Documents.parse_at(raw, pointer) if value == :elsewhere
            value == :refused ? Messages::Pointer.read(::JSON.parse(raw.dup), pointer) : value
          end
        end

        include Reading
        extend Reading
      end
    end
  end
end
