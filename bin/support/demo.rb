# frozen_string_literal: true

# The program behind bin/demo.

# Until there is something to stop in order: no backtrace for an early Ctrl-C.
Signal.trap("INT") { exit!(130) }

require_relative "demo/library"

$stdout.sync = true
lanes = ARGV.first == "lanes"
require_relative lanes ? "demo/lanes/command_line" : "demo/command_line"
options = lanes ? Demo::Lanes::CommandLine.parse(ARGV.drop(1)) : Demo::CommandLine.parse(ARGV)
Demo::Library.build
$LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
require_relative lanes ? "demo/lanes/run" : "demo/run"
exit((lanes ? Demo::Lanes::Run : Demo::Run).new(options).call)
