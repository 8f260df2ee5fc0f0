# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "bin/demo lanes" do
  def demo(*arguments)
    run_program(File.join(Specs::Kafka::ROOT, "bin/demo"), "lanes", *arguments)
  end

  # @return [Array<String>] of both acts, as the summary has it
  def figures(process, name)
    line = process.output[/^ +#{name} {2,}(.+)$/, 1] or raise "no figure #{name}:\n#{process.output}"
    line.split.map { |figure| figure.delete(",") }
  end

  it "pays each payment once on a real Kafka, with one lane and with eight, and leaves nothing behind" do
    process = demo("--payments", "400", "--kafka", kafka)
    expect(process.exit_status(within: 60)).to eq(0), process.output
    { "payments sent" => "400", "paid" => "399", "in the dead letters" => "1", "lost" => "0",
      "paid twice" => "0", "changed" => "0", "overtook their customer" => "0", "committed offset" => "400",
      "left to do" => "0" }.each { |name, figure| expect(figures(process, name)).to eq([figure] * 2), name }
    whole, waiting = ["seconds", "waiting after failures"].map { |name| figures(process, name).map(&:to_f) }
    expect((whole[0] - waiting[0]) / (whole[1] - waiting[1])).to be > 1.5
    expect(process.output).to include("Offset 220 went to the dead letters.")
    expect(process.output).to match(/^8 lanes .*1:\d+ .*8:\d+$/)
    expect(process.output).not_to include("\e[")
    prefix = process.output[/karafka-demo-\h+/]
    await("the topics to go") { peer.topics.keys.none? { |topic| topic.start_with?(prefix) } }
  end

  it "runs on the broker inside" do
    process = demo("--payments", "120", "--lanes", "3", "--work", "1")
    expect(process.exit_status(within: 60)).to eq(0), process.output
    expect(figures(process, "paid")).to eq(%w[119 119])
    expect(process.output).to match(/^3 lanes were [\d.]+ times as fast as one/)
  end

  it "stops at Ctrl-C and says how far it came" do
    process = demo("--kafka", kafka)
    process.await_line(/^1 lane .* paid +[1-9]/)
    process.signal("INT")
    expect(process.exit_status(within: 60)).to eq(0), process.output
    paid = figures(process, "paid").first.to_i
    expect(paid).to be_between(1, 1_598)
    expect(figures(process, "committed offset")).to eq([paid.to_s])
    expect(figures(process, "left to do")).to eq([(1_600 - paid).to_s])
    expect(process.output).to include("Stopped early. Nothing was lost or paid twice")
    expect(process.output).not_to include("8 lanes")
  end

  it "says so when the app dies, and what is left then" do
    process = demo("--payments", "400", "--kafka", kafka)
    process.await_line(/^1 lane .* paid +[1-9]/)
    Process.kill("KILL", Integer(File.read("/proc/#{process.pid}/task/#{process.pid}/children")))
    expect(process.exit_status(within: 60)).to eq(1), process.output
    expect(process.output).to include("The app ended by itself")
    names = ["paid", "committed offset", "left to do", "of these paid already"]
    paid, committed, left, again = names.map { |name| figures(process, name).first.to_i }
    expect(left).to eq(400 - committed)
    expect(again).to eq(paid - committed)
    expect(process.output).not_to include("exactly once")
  end

  it "says how to use it, and what is wrong with what it is told" do
    expect(demo("--help").tap(&:exit_status).output).to include("--lanes N", "--kafka HOST:PORT")
    wrong = demo("--lanes", "0")
    expect(wrong.exit_status).to eq(2)
    expect(wrong.output).to include("--lanes must be above 0")
    nobody = demo("--kafka", "127.0.0.1:1")
    expect(nobody.exit_status).to eq(1)
    expect(nobody.output).to include("there is no Kafka at 127.0.0.1:1")
  end
end
