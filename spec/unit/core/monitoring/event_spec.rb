# frozen_string_literal: true

RSpec.describe Karafka::Core::Monitoring::Event do
  let(:payload) { { caller: 1 } }

  it "has the name that it was published under" do
    expect(described_class.new("x.y", payload).id).to eq("x.y")
  end

  it "carries the very Hash that was published" do
    expect(described_class.new("x", payload).payload).to equal(payload)
  end

  it "carries a copy with the time when one was measured" do
    event = described_class.new("x", payload, 1.5)

    expect([event.payload, event[:time], event[:caller],
            payload]).to eq([{ caller: 1, time: 1.5 }, 1.5, 1, { caller: 1 }])
  end

  it "lets the measured time win over one that was passed" do
    event = described_class.new("x", { time: 7 }, 1.5)

    expect([event.payload[:time], event[:time]]).to eq([1.5, 1.5])
  end

  it "raises for what it does not carry" do
    event = described_class.new("x", payload)

    [:missing, :time, "caller"].each { |key| expect { event[key] }.to raise_error(KeyError) }
  end

  it "finds nil and false" do
    event = described_class.new("x", { nothing: nil, off: false })

    expect([event[:nothing], event[:off]]).to eq([nil, false])
  end
end
