# frozen_string_literal: true

require_relative "../bin/support/confluent_python"
require_relative "../bin/support/local_kafka"

# `bin/bench`: one table per question, every ratio measured in the same run on the same broker.
module Bench
  ROOT = File.expand_path("..", __dir__)

  # What ends a bench, told to the user as one line.
  class Error < StandardError; end

  autoload :Broker, "#{__dir__}/support/broker"
  autoload :Cipher, "#{__dir__}/cipher"
  autoload :CommandLine, "#{__dir__}/support/command_line"
  autoload :Delay, "#{__dir__}/delay"
  autoload :Jobs, "#{__dir__}/jobs"
  autoload :Json, "#{__dir__}/json"
  autoload :Lanes, "#{__dir__}/lanes"
  autoload :Memory, "#{__dir__}/memory"
  autoload :Produce, "#{__dir__}/produce"
  autoload :Program, "#{__dir__}/support/program"
  autoload :Programs, "#{__dir__}/support/programs"
  autoload :Sample, "#{__dir__}/support/sample"
  autoload :Table, "#{__dir__}/support/table"
  autoload :Throughput, "#{__dir__}/throughput"
end

exit Bench::CommandLine.new(ARGV).run if $PROGRAM_NAME == __FILE__
