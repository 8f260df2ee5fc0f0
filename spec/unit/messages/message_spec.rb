# frozen_string_literal: true

RSpec.describe Karafka::Messages::Message, :fresh_app do
  let(:calls) { Hash.new(0) }
  let(:deserializers) { Struct.new(:payload, :key, :headers, :active, keyword_init: true) }
  let(:topics) do
    deserializers.new(active: true, payload: counting(:payload) { |one| JSON.parse(one.raw_payload) },
                      key: counting(:key, &:raw_key), headers: counting(:headers, &:raw_headers))
  end

  # What one deserializer does may change from call to call.
  def counting(name, &body)
    seen = calls
    lambda do |subject|
      seen[name] += 1
      body.call(subject)
    end
  end

  def message(raw_payload = "{}", **details)
    metadata = Karafka::Messages::Metadata.new(
      offset: 7, partition: 2, topic: "orders", timestamp: Time.at(1), received_at: Time.at(2), raw_key: "k",
      raw_headers: { "h" => "1" }.freeze, deserializers: topics, **details
    )
    described_class.new(raw_payload, metadata)
  end

  before { described_class.instance_variable_set(:@parser, nil) }
  after { described_class.instance_variable_set(:@parser, nil) }

  it "delegates to its metadata" do
    expect(message).to have_attributes(offset: 7, partition: 2, topic: "orders", timestamp: Time.at(1),
                                       received_at: Time.at(2), raw_key: "k", raw_headers: { "h" => "1" },
                                       deserializers: topics, key: "k", headers: { "h" => "1" })
  end

  it "deserializes its payload at first access and once" do
    subject = message('{"a":1}')
    expect([subject.deserialized?, calls[:payload]]).to eq([false, 0])
    expect(Array.new(2) { subject.payload }).to eq([{ "a" => 1 }] * 2)
    expect([subject.deserialized?, calls[:payload]]).to eq([true, 1])
  end

  [nil, false].each do |result|
    it "keeps #{result.inspect} as any other result" do
      %i[payload key headers].each { |part| topics[part] = counting(part) { result } }
      subject = message
      2.times { expect([subject.payload, subject.key, subject.headers]).to eq([result] * 3) }

      expect(calls).to eq({ payload: 1, key: 1, headers: 1 })
      expect(subject).to be_deserialized
    end
  end

  it "keeps no error: the next access tries again, and the error is the deserializer's own" do
    %i[payload key headers].each { |part| topics[part] = counting(part) { raise ArgumentError, part.to_s } }
    subject = message
    %i[payload key headers].each do |part|
      2.times { expect { subject.public_send(part) }.to raise_error(ArgumentError, part.to_s) }
    end

    expect(calls).to eq({ payload: 2, key: 2, headers: 2 })
    expect(subject).not_to be_deserialized
  end

  it "reads raw parts without any deserializer" do
    subject = message("raw")
    %i[raw_payload raw_key raw_headers tombstone? inspect].each { |name| subject.public_send(name) }
    expect(calls).to be_empty
  end

  it "goes through the app's parser, which is looked up once a process" do
    parsed = []
    Karafka::App.config.internal.messages.parser = lambda do |subject|
      parsed << subject
      :parsed
    end
    subjects = [message, message]

    expect(subjects.map(&:payload)).to eq(%i[parsed parsed])
    expect(parsed).to eq(subjects)
    expect(described_class.parser).to eq(Karafka::App.config.internal.messages.parser)
  end

  it "reads single values of any deserializer's payload by pointer, and raises what that raises" do
    subject = message('{"a":[1,{"b":2}]}')
    expect(%w[/a/1/b /a/0 /none].map { |pointer| subject.payload_at(pointer) }).to eq([2, 1, nil])
    expect([subject.deserialized?, calls[:payload]]).to eq([true, 1])
    expect { subject.payload_at("a") }.to raise_error(ArgumentError, /JSON pointer/)
    expect { message("{").payload_at("/a") }.to raise_error(JSON::ParserError)
    subject.clean!
    expect { subject.payload_at("/a") }.to raise_error(Karafka::Errors::MessageClearedError)
  end

  it "reads single values through a parser of the app's own" do
    Karafka::App.config.internal.messages.parser = ->(subject) { { "own" => subject.raw_payload } }
    expect(message("raw").payload_at("/own")).to eq("raw")
  end

  it "lets the raw payload be replaced; a payload that was read stays" do
    subject = message('{"a":1}')
    subject.raw_payload = '{"b":2}'
    expect(subject.payload).to eq({ "b" => 2 })
    subject.raw_payload = "{}"
    expect([subject.payload, subject.raw_payload]).to eq([{ "b" => 2 }, "{}"])
  end

  it "is a tombstone with a key and without a payload only" do
    expect(message(nil)).to be_tombstone
    expect(message(nil, raw_key: nil)).not_to be_tombstone
    expect(message("")).not_to be_tombstone
  end

  it "raises what JSON raises for an empty payload" do
    topics.payload = Karafka::Deserializers::Payload.new
    expect { message("").payload }.to raise_error(JSON::ParserError)
    subject = message(nil)
    expect([subject.payload, subject.deserialized?]).to eq([nil, true])
  end

  it "is never frozen and never shows its payload" do
    subject = message("secret")
    expect(subject).not_to be_frozen
    expect(subject.inspect).to include("orders", "7").and(satisfy { |text| !text.include?("secret") })
  end

  it "after clean! has neither payload nor key, but knows whether it was a tombstone" do
    subject = message(nil)
    subject.clean!
    expect([subject.cleaned?, subject.tombstone?, subject.raw_key,
            subject.raw_headers]).to eq([true, true, nil, nil])
    expect { subject.payload }.to raise_error(Karafka::Errors::MessageClearedError)
    expect { subject.raw_payload }.to raise_error(Karafka::Errors::MessageClearedError)
  end
end
