# frozen_string_literal: true

require_relative "filters_context"

RSpec.describe Karafka::Processing::ConsumerGroups::Filters::Delayer do
  include_context "with messages"

  let(:filter) { described_class.new(5_000) }

  def wall(milliseconds)
    allow(Process).to receive(:clock_gettime).with(Process::CLOCK_REALTIME, :millisecond)
                                             .and_return(milliseconds)
  end

  it "lets pass what is old enough" do
    wall(15_000)
    expect(left(0 => 9_999, 1 => 10_000, 2 => nil)).to eq([0, 1, 2])
    expect(wants).to eq([false, :skip, nil, nil])
  end

  it "holds back the first young message and all behind it, older ones too" do
    wall(15_000)
    expect(left(0 => 10_000, 3 => 10_001, 4 => 1, 5 => 12_000)).to eq([0])
    expect(wants).to eq([true, :pause, 1, 3])
  end

  it "waits as long as is left when it is asked, then seeks" do
    wall(15_000)
    left(7 => 14_000)
    wall(18_999)
    expect(wants).to eq([true, :pause, 1, 7])
    wall(19_000)
    expect(wants).to eq([true, :seek, nil, 7])
  end

  it "forgets the batch before" do
    wall(15_000)
    left(7 => 14_000)
    wall(19_000)
    expect(left(7 => 14_000)).to eq([7])
    expect(wants).to eq([false, :skip, nil, nil])
  end
end
