# frozen_string_literal: true

module Karafka
  class Cli
    # ANSI colors, whatever reads the output.
    module Colors
      # @param string [String]
      # @return [String]
      { red: 31, green: 32, yellow: 33, grey: 90 }.each do |color, code|
        define_method(color) { |string| "\e[#{code}m#{string}\e[0m" }
      end
    end
  end
end
