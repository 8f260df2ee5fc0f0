# frozen_string_literal: true

require_relative "../spec_helper"

# Every example in the comments on producers runs here, on the shared broker, after the one that makes the
# producer of the others.
RSpec.describe "The examples in the comments on producers" do
  folder = File.join(Specs::Kafka::ROOT, "lib", "waterdrop")
  examples = Dir[File.join(folder, "**", "*.rb")].to_h do |path|
    code = File.read(path).scan(/^ *#\n(^ *#   \w.*\n(?:^ *#   .*\n|^ *#\n(?= *#   ))*)/).flatten
    [path.delete_prefix("#{folder}/"), code.map { |lines| lines.gsub(/^ *#(?:   )?/, "") }.join]
  end
  examples.reject! { |_, code| code.empty? }
  before = <<~RUBY
    require "karafka"
    require "logger"
    require "waterdrop/instrumentation/vendors/datadog/metrics_listener"
    # Its gem is none of ours.
    Datadog = Module.new
    Datadog::Statsd = Class.new { def initialize(*) = nil }
    producer = WaterDrop::Producer.new { |config| config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA") } }
  RUBY

  it "are known" do
    expect(examples.keys).to include(
      "producer.rb", "producer/testing.rb", "instrumentation/logger_listener.rb",
      "instrumentation/vendors/datadog/metrics_listener.rb"
    )
  end

  examples.each do |name, code|
    it "hold in #{name}" do
      code = code.gsub("localhost:9092", kafka)
      child = run_app("#{before}#{code}\nproducer.close\nputs producer.status\n")
      expect([child.exit_status(within: 60), child.lines.last]).to eq([0, "closed"])
    end
  end
end
