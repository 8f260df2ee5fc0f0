# frozen_string_literal: true

# `bin/test`: runs the checks and tests one after the other and closes with one line of totals.
module TestRun
  ROOT = File.expand_path("../..", __dir__)

  autoload :CommandLine, "#{__dir__}/test_run/command_line"
  autoload :Failures, "#{__dir__}/test_run/failures"
  autoload :Fuzz, "#{__dir__}/test_run/fuzz"
  autoload :Lengths, "#{__dir__}/test_run/lengths"
  autoload :Package, "#{__dir__}/test_run/package"
  autoload :ParallelSpecs, "#{__dir__}/test_run/parallel_specs"
  autoload :Program, "#{__dir__}/test_run/program"
  autoload :Steps, "#{__dir__}/test_run/steps"
  autoload :Tally, "#{__dir__}/test_run/tally"
  autoload :UnitSpecs, "#{__dir__}/test_run/unit_specs"

  def self.now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

require_relative "local_kafka"

# As the Rakefile has it: for any other value Cargo compiles the binding anew, in the middle of the specs.
ENV["RUBY"] ||= RbConfig.ruby

exit TestRun::CommandLine.new(ARGV).run if $PROGRAM_NAME == __FILE__
