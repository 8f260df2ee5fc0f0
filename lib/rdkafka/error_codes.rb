# frozen_string_literal: true

module Rdkafka
  # Names and descriptions of all error codes, as the bundled librdkafka has them.
  module ErrorCodes
    # @return [Hash{Integer => Array(Symbol, String)}] code => name and description
    TABLE = Karafka::Native.error_table.to_h do |code, name, description|
      [code, [name.to_sym, description.freeze].freeze]
    end.freeze
    private_constant :TABLE

    class << self
      # @param code [Integer]
      # @return [Symbol] lower case, without leading underscore
      def name_of(code)
        TABLE.key?(code) ? TABLE[code].first : :"err_#{code}?"
      end

      # @param code [Integer]
      # @return [String]
      def description_of(code)
        TABLE.key?(code) ? TABLE[code].last : "Err-#{code}?"
      end
    end
  end
end
