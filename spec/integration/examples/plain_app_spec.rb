# frozen_string_literal: true

require_relative "../spec_helper"

# The app in examples/plain_app, run as its README says.
RSpec.describe "examples/plain_app" do
  let(:root) { File.join(Specs::Kafka::ROOT, "examples/plain_app") }
  let(:prefix) { unique("shop") }
  let(:env) { { "SHOP_PREFIX" => prefix, "KARAFKA_ENV" => "production" } }

  def server
    run_karafka("server", root:, env:)
  end

  def produce(count)
    program = run_program(RbConfig.ruby, "-I", Specs::Helpers::LIB, "produce.rb", count.to_s, env:,
                                                                                              chdir: root)
    expect(program.exit_status).to eq(0), program.output
  end

  def paid(output)
    output.filter_map { |line| line[/Paid: order (\d+),/, 1]&.to_i }
  end

  def stop(process)
    process.signal("TERM")
    expect(process.exit_status).to eq(0), process.output
  end

  before do
    created = run_karafka("topics", "create", root:, env:)
    expect(created.exit_status).to eq(0), created.output
  end

  it "turns each order into one payment and stops cleanly" do
    process = server
    produce(20)
    await("all payments") { paid(process.lines).size >= 20 }
    stop(process)
    expect(paid(process.lines).sort).to eq((1..20).to_a)
    expect(process.output).to include("No more orders of partition 0", "No more orders of partition 1")
  end

  it "goes on where it stopped" do
    produce(5)
    first = server
    await("the first payments") { paid(first.lines).size >= 5 }
    stop(first)
    produce(3)
    second = server
    await("the payments of later orders") { paid(second.lines).size >= 3 }
    stop(second)
    expect(paid(second.lines).sort).to eq([1, 2, 3])
  end
end
