# frozen_string_literal: true

require "open3"
require "rbconfig"
require "tempfile"

# Runs a suite of a user in a process of its own, as hooks of a test framework are proven only by a run
# of it. Each suite starts with the app of a user.
module ChildSuite
  LIB = File.expand_path("../../../lib", __dir__)
  BOOT = <<~RUBY
    require "karafka"

    class OrdersConsumer < Karafka::BaseConsumer
      def consume
        messages.each { |message| mark_as_consumed(message) }
        produce_async(topic: "totals", payload: messages.size.to_s)
      end
    end

    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
    Karafka::App.routes.draw { topic(:orders) { consumer OrdersConsumer } }
  RUBY

  # @return [Array(String, Boolean)] what it printed, and whether it passed
  def run_suite(suite, *command, boot: BOOT)
    Tempfile.create(%w[suite .rb]) do |file|
      file.write(boot, suite)
      file.close
      output, status = Open3.capture2e(
        { "RUBYLIB" => LIB, "SPEC_OPTS" => nil, "KARAFKA_ENV" => "test" },
        # librdkafka's mock cluster lets its sockets be inherited, and other specs may have one.
        *command, file.path, chdir: File.dirname(file.path), close_others: true
      )
      [output, status.success?]
    end
  end

  # @param options [Array<String>] of the command line
  def run_rspec(suite, *options, **boot)
    run_suite(suite, RbConfig.ruby, "-S", "rspec", "--options", File::NULL, *options, **boot)
  end

  def run_minitest(suite, **boot)
    run_suite(suite, RbConfig.ruby, **boot)
  end
end
