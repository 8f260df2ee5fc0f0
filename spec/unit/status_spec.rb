# frozen_string_literal: true

RSpec.describe Karafka::Status, :fresh_app do
  let(:status) { Karafka::App.config.internal.status }
  let(:published) { [] }

  before do
    described_class::STATES.each_key do |state|
      Karafka.monitor.subscribe("app.#{state}") { |event| published << event }
    end
  end

  def names
    published.map(&:id)
  end

  it "starts out initializing, silently" do
    status.initialize!

    expect([status.initializing?, status.to_s, names]).to eq([true, "initializing", []])
  end

  it "publishes each state once, in order, with who changed and the server's id" do
    transitions = described_class::STATES.values
    transitions.each { |transition| 2.times { status.public_send(transition) } }

    expect(names).to eq(described_class::STATES.keys.drop(1).map { |state| "app.#{state}" })
    expect(published.map { |event| event[:caller] }).to all(equal(status))
    expect(published.map { |event| event[:server_id] }).to all(eq(Karafka::Server.id))
  end

  it "returns nil from every transition" do
    expect([status.run!, status.run!, status.initialized!]).to eq([nil, nil, nil])
  end

  it "never goes back: a stop before the run stands" do
    status.stop!
    status.run!

    expect([status.stopping?, names]).to eq([true, ["app.stopping"]])
  end

  it "is done from quieting onwards" do
    done = described_class::STATES.values.map do |transition|
      status.public_send(transition)
      status.done?
    end

    expect(done).to eq(([false] * 4) + ([true] * 5))
  end

  it "returns to the start without a word" do
    status.run!
    published.clear
    status.reset!

    expect([status.initializing?, names]).to eq([true, []])
  end

  it "lets a subscriber ask for another state" do
    Karafka.monitor.subscribe("app.running") { status.stop! }
    status.run!

    expect([status.stopping?, names]).to eq([true, %w[app.running app.stopping]])
  end

  it "publishes each state at most once when many threads ask (H-147)" do
    transitions = described_class::STATES.values
    threads = Array.new(20) { Thread.new { transitions.shuffle.each { |one| status.public_send(one) } } }
    threads.each(&:join)

    expect(names).to eq(names.uniq)
    expect(status.terminated?).to be(true)
  end

  it "wakes the conductor that exists" do
    conductor = double(signal: nil)
    Karafka::App.config.internal.connection.conductor = conductor
    status.run!

    expect(conductor).to have_received(:signal).once
  end

  it "is what the app answers with" do
    Karafka::App.run!

    expect([Karafka::App.running?, Karafka::App.done?, status.running?]).to eq([true, false, true])
  end
end
