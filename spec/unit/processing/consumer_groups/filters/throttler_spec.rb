# frozen_string_literal: true

require_relative "filters_context"

RSpec.describe Karafka::Processing::ConsumerGroups::Filters::Throttler do
  include_context "with messages"

  let(:filter) { described_class.new(2, 1_000) }
  let(:clock) { [0.0] }

  before { allow(filter).to receive(:monotonic_now) { clock[0] } }

  def at(milliseconds, *offsets)
    clock[0] = milliseconds
    left(offsets.to_h { |offset| [offset, nil] })
  end

  it "admits the limit in any interval and waits until one slot is free" do
    expect(at(0.0, 0, 1, 2, 3)).to eq([0, 1])
    expect(wants).to eq([true, :pause, 1_000, 2])
    clock[0] = 999.5
    expect(wants).to eq([true, :pause, 1, 2])
    clock[0] = 1_000.0
    expect(wants).to eq([true, :seek, nil, 2])
    expect(at(1_000.0, 2, 3, 4)).to eq([2, 3])
  end

  it "rolls: what passed earlier makes room by itself" do
    expect(at(0.0, 0)).to eq([0])
    expect(wants).to eq([false, :skip, nil, nil])
    expect(at(600.0, 1, 2)).to eq([1])
    expect(wants).to eq([true, :pause, 400, 2])
    expect(at(900.0, 2)).to eq([])
    expect(at(1_000.0, 2, 3)).to eq([2])
    expect(wants).to eq([true, :pause, 600, 3])
  end

  it "counts what comes again, and never lets more through, whatever comes when" do
    random = Random.new(7)
    passed = []
    now = 0.0
    500.times do
      now += random.rand(0.0..400.0)
      count = at(now, *(0...random.rand(1..4))).size
      passed.concat([now] * count)
      recent = passed.count { |time| now - time < 1_000 }
      expect(recent).to be <= 2
    end
    expect(passed.size).to be > 100
  end
end
