# frozen_string_literal: true

require "rspec/core/formatters/base_formatter"

module Specs
  # A formatter of RSpec's for a run that may die: its file always holds the name of the example that
  # runs, and nothing between two of them.
  class RunningExample < RSpec::Core::Formatters::BaseFormatter
    RSpec::Core::Formatters.register(self, :example_started, :example_finished)

    def example_started(notification)
      example = notification.example
      write("#{example.location} # #{example.full_description}")
    end

    def example_finished(_notification) = write("")

    private

    # At once, as what is buffered would be lost with the process.
    def write(text)
      output.truncate(0)
      output.rewind
      output.write(text)
      output.flush
    end
  end
end
