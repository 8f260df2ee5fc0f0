# frozen_string_literal: true

# MESSAGES examples of RSpec in this process, by MODE: `empty` ones in a suite without the helpers, or
# `consumer`: each builds a consumer, hands it a message and runs it.

require "karafka"
require "karafka/testing/rspec/helpers"
require "rspec/core"
require_relative "usage"

count = Integer(ENV.fetch("MESSAGES"))
mode = ENV.fetch("MODE")

# The consumer under test.
class BenchConsumer < Karafka::BaseConsumer
  def consume
    messages.each { |message| mark_as_consumed(message) }
  end
end

Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
Karafka::App.routes.draw { topic(:bench) { consumer BenchConsumer } }

RSpec.describe BenchConsumer do
  if mode == "empty"
    count.times { |number| it("is example #{number}") { number } }
  else
    include Karafka::Testing::RSpec::Helpers

    subject(:consumer) { karafka.consumer_for(:bench) }

    count.times do |number|
      it "is example #{number}" do
        karafka.produce("{}")
        consumer.consume
      end
    end
  end
end

cpu = Usage.cpu
began = Usage.now
RSpec.configuration.output_stream = File.open(File::NULL, "w")
failed = RSpec::Core::Runner.new(RSpec::Core::ConfigurationOptions.new(["--options", File::NULL]))
                            .run_specs(RSpec.world.ordered_example_groups)
raise "examples failed" unless failed.zero?

Usage.report(messages: count, seconds: Usage.now - began, cpu: Usage.cpu - cpu)
