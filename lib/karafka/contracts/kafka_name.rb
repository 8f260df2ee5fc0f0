# frozen_string_literal: true

module Karafka
  module Contracts
    # What Kafka accepts as a name of topics and groups.
    module KafkaName
      PATTERN = /\A[A-Za-z0-9\-_.]+\z/

      # @param value [Object]
      # @return [true, String] what is wrong
      def self.check(value)
        return true if value.is_a?(String) && value.valid_encoding? && value.match?(PATTERN)

        "must be letters, digits, `-`, `_` and `.` only, not #{value.inspect}"
      end
    end
  end
end
