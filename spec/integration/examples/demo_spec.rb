# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "bin/demo" do
  def demo(*arguments)
    run_program(File.join(Specs::Kafka::ROOT, "bin/demo"), *arguments)
  end

  def figure(process, name)
    process.output[/^\s+#{name}\s+([\d,]+)$/, 1].delete(",").to_i
  end

  it "consumes what it produces to the broker inside, and counts" do
    process = demo("--seconds", "2")
    expect(process.exit_status).to eq(0), process.output
    expect(figure(process, "produced")).to be > 1_000
    expect(figure(process, "consumed")).to eq(figure(process, "produced"))
    expect(process.output).to include("Every order came exactly once and unchanged.")
    expect(process.output).not_to include("\e[")
  end

  it "stops at Ctrl-C and counts" do
    process = demo("--rate", "500", "--partitions", "2")
    process.await_line(/consumed +[1-9]/)
    process.signal("INT")
    expect(process.exit_status).to eq(0), process.output
    expect(process.output).to match(/at 0:\d+  1:\d+\n/).and include("exactly once")
  end

  it "keeps to the rate" do
    process = demo("--seconds", "2", "--rate", "300")
    expect(process.exit_status).to eq(0), process.output
    expect(figure(process, "produced")).to be_between(100, 600)
  end

  it "runs on a real Kafka and leaves no topic behind" do
    process = demo("--seconds", "2", "--kafka", kafka)
    expect(process.exit_status).to eq(0), process.output
    topic = process.output[/karafka-demo-\h+/]
    await("the topic to go") { !peer.topics.key?(topic) }
  end

  it "says how to use it" do
    expect(demo("--help").tap(&:exit_status).output).to include("--kafka HOST:PORT")
    wrong = demo("--rate", "0")
    expect(wrong.exit_status).to eq(2)
    expect(wrong.output).to include("--rate must be above 0")
  end
end
