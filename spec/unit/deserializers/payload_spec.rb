# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Deserializers::Payload do
  subject(:deserializer) { described_class.new }

  def message(raw)
    Struct.new(:raw_payload).new(raw)
  end

  it "reads JSON with String keys from binary Strings" do
    raw = '{"name":"zażółć","count":[1,null]}'.b.freeze

    expect(deserializer.call(message(raw))).to eq("name" => "zażółć", "count" => [1, nil])
    expect(raw.encoding).to eq(Encoding::BINARY)
  end

  # json 2.6 turns the encoding of the String that it parses.
  it "leaves the raw payload as it is" do
    raw = "{}".b
    deserializer.call(message(raw))
    expect(raw.encoding).to eq(Encoding::BINARY)
  end

  it "gives nil for a tombstone" do
    expect(deserializer.call(message(nil))).to be_nil
  end

  it "raises the parser's own error for what is no JSON, an empty payload included" do
    expect { deserializer.call(message("{")) }.to raise_error(JSON::ParserError)
    expect { deserializer.call(message("")) }.to raise_error(JSON::ParserError)
  end
end
