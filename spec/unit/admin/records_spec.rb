# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Admin::Records, :fresh_app do
  def message(headers: [], timestamp: 1_500, payload: "{}", key: "k")
    described_class.new.message(["t", 3, 7, timestamp, key, payload, headers, nil])
  end

  it "makes messages that read as those of consumers do" do
    expect(message).to have_attributes(
      topic: "t", partition: 3, offset: 7, timestamp: Time.at(1.5), raw_payload: "{}", key: "k", payload: {}
    )
    expect(message.metadata.message).to be_a(Karafka::Messages::Message)
  end

  it "collects the values of a header that repeats" do
    read = message(headers: [%w[a 1], %w[b 2], %w[a 3], %w[a 4]])

    expect(read.raw_headers).to eq("a" => %w[1 3 4], "b" => "2")
    expect(read.raw_headers).to be_frozen
  end

  it "has no time where the record has none" do
    expect(message(timestamp: nil).timestamp).to be_nil
  end

  it "deserializes lazily, and can be cleaned" do
    broken = message(payload: "{")
    expect { broken.payload }.to raise_error(JSON::ParserError)
    broken.clean!
    expect { broken.raw_payload }.to raise_error(Karafka::Errors::MessageClearedError)
  end
end
