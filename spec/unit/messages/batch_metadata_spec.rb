# frozen_string_literal: true

RSpec.describe Karafka::Messages::BatchMetadata do
  let(:topic) { Struct.new(:name, :deserializers).new("orders", :deserializers) }
  let(:now) { Time.now }

  def built(messages) = Karafka::Messages::Builders::BatchMetadata.call(messages, topic, 3, now)

  def message(offset, timestamp) = Struct.new(:offset, :timestamp).new(offset, timestamp)

  it "tells where a batch is from and what it spans" do
    metadata = built([[4, 9], [6, 5], [9, 7]].map { |offset, age| message(offset, now - age) })
    expect(metadata).to have_attributes(size: 3, first_offset: 4, last_offset: 9, partition: 3,
                                        topic: "orders",
                                        deserializers: :deserializers, created_at: now - 7, scheduled_at: now,
                                        processed_at: nil)
  end

  it "has no offsets and no lags for an empty batch" do
    metadata = built([])
    expect(metadata).to have_attributes(size: 0, first_offset: -1001, last_offset: -1001, consumption_lag: -1,
                                        processing_lag: -1)
    expect(metadata.created_at).to be_within(5).of(Time.now)
  end

  it "counts a message of the future, or without a time, as of now" do
    expect(built([message(1, now + 3_600)]).created_at).to be_within(5).of(Time.now)
    expect(built([message(1, nil)]).created_at).to be_within(5).of(Time.now)
  end

  it "says -1 for lags until the batch is processed, then rounded milliseconds" do
    metadata = built([message(1, now - 2)])
    expect([metadata.consumption_lag, metadata.processing_lag]).to eq([-1, -1])
    metadata.processed_at = now + Rational(15_006, 10_000)
    expect([metadata.consumption_lag, metadata.processing_lag]).to eq([3_501, 1_501])
    expect(metadata.freeze.consumption_lag).to eq(3_501)
  end

  it "takes keywords only and refuses unknown ones" do
    expect { described_class.new(sizes: 1) }.to raise_error(ArgumentError)
    expect { described_class.new(1) }.to raise_error(ArgumentError)
  end
end
