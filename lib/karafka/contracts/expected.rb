# frozen_string_literal: true

module Karafka
  module Contracts
    # Checks that several contracts share: true, or a text that names what was found.
    module Expected
      class << self
        # @param value [Object]
        # @return [true, String]
        def boolean(value)
          [true, false].include?(value) || "needs to be true or false, not #{value.inspect}"
        end

        # @param value [Object]
        # @param least [Integer]
        # @return [true, String]
        def integer(value, least:)
          return true if value.is_a?(Integer) && value >= least

          "needs to be an Integer of at least #{least}, not #{value.inspect}"
        end
      end
    end
  end
end
