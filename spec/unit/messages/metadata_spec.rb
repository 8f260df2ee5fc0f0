# frozen_string_literal: true

RSpec.describe Karafka::Messages::Metadata do
  it "is made of keywords, or of one Hash" do
    expect(described_class.new(offset: 1, topic: "a")).to eq(described_class.new({ offset: 1, topic: "a" }))
  end

  it "refuses what it does not know" do
    expect { described_class.new(offsets: 1) }.to raise_error(ArgumentError, /offsets/)
  end

  it "hands itself to the deserializers of key and headers" do
    seen = []
    deserializers = Struct.new(:key, :headers).new(->(metadata) { seen << metadata }, lambda { |metadata|
                                                                                        seen << metadata
                                                                                      })
    metadata = described_class.new(deserializers:, raw_key: "k")
    %i[key headers].each { |name| metadata.public_send(name) }
    expect(seen).to all(equal(metadata))
  end
end
