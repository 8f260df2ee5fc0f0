# frozen_string_literal: true

require_relative "filters_context"

RSpec.describe Karafka::Processing::ConsumerGroups::Filters::Expirer do
  include_context "with messages"

  let(:filter) { described_class.new(1_000) }

  before do
    allow(Process).to receive(:clock_gettime).with(Process::CLOCK_REALTIME, :millisecond).and_return(10_000)
  end

  it "takes out what is older, wherever it is, and wants nothing else" do
    expect(left(0 => 8_999, 1 => 9_000, 2 => 1, 3 => nil, 4 => 11_000)).to eq([1, 3, 4])
    expect([*wants, filter.mark_as_consumed?]).to eq([true, :skip, nil, nil, false])
  end

  it "says so when nothing was" do
    left(0 => 1)
    expect(left(1 => 9_500)).to eq([1])
    expect(filter.applied?).to be(false)
  end
end
