# frozen_string_literal: true

module TestRun
  # The failed tests in what RSpec and Cargo print.
  module Failures
    EXAMPLE = /^(?:\e\[\d+m)*rspec (\S.*?)(?:\e\[\d+m)*$/
    OTHERS = [
      /^(test .+) \.\.\. FAILED$/,
      # A test program of Cargo's that died names none.
      /^\s*(process didn't exit successfully: .*\(signal: .*\).*)$/
    ].freeze

    # Where RSpec says why, and each failure in it.
    REASONS = /^Failures:\n(.*?)^Finished in /m
    REASON = /^  \d+\) .*\n((?:(?!  \d+\) ).*\n)*)/

    # Of a reason these many lines are told, of a line these many characters.
    LINES = 12
    WIDTH = 400

    # @param output [String]
    # @return [Array<String>] the name of each failed test, with the reason on the lines after it where
    #   RSpec gives one
    def self.told(output)
      reasons = reasons(output)
      examples = output.scan(EXAMPLE).flatten.zip(reasons).map { |name, reason| [name, *reason].join("\n") }
      examples + OTHERS.flat_map { |pattern| output.scan(pattern).flatten }
    end

    # In the order of the names. The backtrace is left out.
    def self.reasons(output)
      output[REASONS, 1].to_s.scan(REASON).flatten.map do |text|
        lines = text.gsub(/\e\[\d+m/, "").lines.map(&:rstrip)
        lines.reject { |line| line.empty? || line =~ /^\s+# / }.first(LINES)
             .map { |line| line[0, WIDTH] }
      end
    end
    private_class_method :reasons
  end
end
