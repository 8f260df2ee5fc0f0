# frozen_string_literal: true

# The demos behind bin/demo.
module Demo
  # @return [Float] seconds of a clock that nobody sets
  def self.now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
end
