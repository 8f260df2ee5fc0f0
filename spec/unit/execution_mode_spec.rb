# frozen_string_literal: true

RSpec.describe Karafka::ExecutionMode do
  it "is standalone at first, and one mode at a time" do
    mode = described_class.new
    first = mode.to_sym
    mode.swarm!

    expect([first, mode.swarm?, mode.standalone?, mode.to_s]).to eq([:standalone, true, false, "swarm"])
  end

  it "equals its name and another of the same mode" do
    mode = described_class.new("embedded")

    expect([:embedded, "embedded", described_class.new(:embedded)]).to all(satisfy { |other| mode == other })
    expect([:swarm, "x", nil, 1]).to all(satisfy { |other| mode != other })
  end

  it "refuses modes that do not exist" do
    expect { described_class.new(:magic) }.to raise_error(ArgumentError, /magic/)
  end
end
