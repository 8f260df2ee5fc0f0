# frozen_string_literal: true

RSpec.describe Karafka::Processing::Schedulers::Durations do
  subject(:durations) { described_class.new }

  it "knows nothing before the first run, nor from one without messages" do
    expect(durations.p95).to be_nil
    durations.add(50, 0)
    expect(durations.p95).to be_nil
  end

  it "guesses longer than 95 of 100 samples, by the message" do
    (1..100).to_a.shuffle.each { |milliseconds| durations.add(milliseconds * 10, 10) }
    expect(durations.p95).to eq(95.0)
  end

  it "is not led astray by one outlier among twenty" do
    19.times { durations.add(10, 10) }
    durations.add(10_000, 1)
    expect(durations.p95).to eq(1.0)
  end

  it "forgets what is older than a hundred runs" do
    100.times { durations.add(1_000, 1) }
    expect(durations.p95).to eq(1_000.0)
    100.times { durations.add(2, 1) }
    expect(durations.p95).to eq(2.0)
  end

  it "loses no sample to runs of other threads" do
    threads = Array.new(4) do |thread|
      Thread.new do
        25.times do |run|
          durations.add((thread * 25) + run + 1, 1)
        end
      end
    end
    threads.each(&:join)
    expect(durations.p95).to eq(95.0)
  end
end
