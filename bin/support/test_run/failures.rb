# frozen_string_literal: true

module TestRun
  # The names of failed tests in what RSpec and Cargo print.
  module Failures
    PATTERNS = [
      /^(?:\e\[\d+m)*rspec (\S.*?)(?:\e\[\d+m)*$/,
      /^(test .+) \.\.\. FAILED$/,
      # A test program of Cargo's that died names none.
      /^\s*(process didn't exit successfully: .*\(signal: .*\).*)$/
    ].freeze

    # @param output [String]
    # @return [Array<String>]
    def self.named(output) = PATTERNS.flat_map { |pattern| output.scan(pattern).flatten }
  end
end
