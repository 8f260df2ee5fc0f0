# frozen_string_literal: true

RSpec.describe Karafka::Messages::Messages do
  let(:message) do
    Struct.new(:offset, :raw_payload, :reads) do
      def payload
        self.reads += 1
        raw_payload.upcase
      end
    end
  end
  let(:raw) { [message.new(0, "a", 0), message.new(1, "b", 0)] }
  let(:metadata) { Struct.new(:topic, :partition).new("orders", 1) }
  let(:messages) { described_class.new(raw, metadata) }

  it "walks in order, with a block or as an Enumerator" do
    walked = messages.map(&:offset)
    expect(walked).to eq([0, 1])
    expect(messages.each).to be_an(Enumerator)
    expect(messages.each.next).to equal(raw.first)
  end

  it "deserializes only by payloads and deserialize!" do
    %i[raw_payloads size first last to_a inspect].each { |name| messages.public_send(name) }
    messages.select { |one| one.raw_payload == "a" }
    expect(raw.map(&:reads)).to eq([0, 0])
    expect(messages.payloads).to eq(%w[A B])
    messages.deserialize!
    expect(raw.map(&:reads)).to eq([2, 2])
  end

  it "counts without walking, whatever block is given" do
    expect([messages.size, messages.count, messages.count { false }]).to eq([2, 2, 2])
    expect(messages).not_to be_empty
    expect(described_class.new([], metadata)).to be_empty
  end

  %i[first last size count].each do |name|
    it "takes no argument for #{name}" do
      expect { messages.public_send(name, 1) }.to raise_error(ArgumentError)
    end
  end

  it "has the first and the last message, nil when empty" do
    expect([messages.first, messages.last]).to eq(raw)
    empty = described_class.new([], metadata)
    expect([empty.first, empty.last]).to eq([nil, nil])
  end

  it "hands out a copy by to_a and the live Array by raw" do
    messages.to_a.clear
    expect(messages.size).to eq(2)
    expect(messages.raw).to equal(raw)
  end

  it "makes its metadata when they are asked for, once" do
    made = 0
    lazy = described_class.new(raw, -> { (made += 1) && metadata })
    lazy.size
    expect(made).to eq(0)
    expect([lazy.metadata, lazy.metadata, made]).to eq([metadata, metadata, 1])
  end

  it "tells when its processing began, whether its metadata were there by then or not" do
    now = Time.now
    details = -> { Karafka::Messages::BatchMetadata.new(created_at: now, scheduled_at: now) }
    asked, unasked = Array.new(2) { described_class.new(raw, details) }
    expect([asked.metadata.processed_at, asked.metadata.frozen?]).to eq([nil, false])
    [asked, unasked].each(&:processed!)
    [asked, unasked].each do |one|
      expect(one.metadata).to be_frozen
      expect(one.metadata.processed_at).to be_within(5).of(Time.now)
      expect(one.metadata.processing_lag).to be_between(0, 5_000)
    end
  end

  it "is frozen, has no index, and shows no message" do
    expect(messages).to be_frozen
    expect(messages).not_to respond_to(:[])
    expect(messages.inspect).to eq('#<Karafka::Messages::Messages size=2 topic="orders" partition=1>')
  end
end
