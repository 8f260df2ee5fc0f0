# frozen_string_literal: true

RSpec.describe Karafka::Connection::Conductor do
  def elapsed
    started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    yield
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - started
  end

  it "sleeps at most its interval" do
    expect(elapsed { described_class.new(30).wait }).to be_between(0.025, 5)
  end

  it "keeps a signal that found nobody asleep, once" do
    conductor = described_class.new(60_000)
    3.times { conductor.signal }
    expect(elapsed { conductor.wait }).to be < 5

    short = described_class.new(30)
    short.signal
    short.wait
    expect(elapsed { short.wait }).to be >= 0.025
  end

  it "is woken from another thread" do
    conductor = described_class.new(60_000)
    sleeper = Thread.new { conductor.wait }
    Thread.pass until sleeper.status == "sleep"
    conductor.signal
    expect(sleeper.join(5)).to eq(sleeper)
  end
end
