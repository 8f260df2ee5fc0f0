# frozen_string_literal: true

require_relative "native_helper"

RSpec.describe Karafka::Native::Batch do
  let(:message_class) { Karafka::Messages::Message }
  let(:batch) do
    rows = [10, 12, 15, 20].map { |offset| [offset, "p#{offset}", "k#{offset}", { "h" => "v#{offset}" }] }
    described_class.built("orders", 3, rows)
  end

  def offsets(batch) = batch.messages(message_class).map(&:offset)

  it "gives views that answer as batches" do
    view = batch.view([1, 3])
    expect([view.size, view.first_offset, view.last_offset, view.offsets]).to eq([2, 12, 20, [12, 20]])
    expect([view.raw_payload(1), view.raw_key(0),
            view.raw_headers(1)]).to eq(["p20", "k12", { "h" => "v20" }])
    expect([view.topic, view.partition, view.raw_payloads]).to eq(["orders", 3, %w[p12 p20]])
    expect(offsets(view)).to eq([12, 20])
    expect(view.view([1]).offsets).to eq([20])
  end

  it "excludes and selects by offset, those that are not there being no matter" do
    expect(batch.exclude([11, 12, 20, 30]).offsets).to eq([10, 15])
    expect(batch.only([9, 12, 20]).exclude([20]).offsets).to eq([12])
    expect(batch.exclude([]).offsets).to eq(batch.offsets)
    expect(batch.only([]).first_offset).to be_nil
  end

  [[3, 1], [1, 1], [4]].each do |indexes|
    it "refuses a view of #{indexes}" do
      expect { batch.view(indexes) }.to raise_error(ArgumentError, /ascend and be below 4/)
    end
  end

  # Read as a batch, one of them would be foreign memory.
  [nil, 5, 1.5, :one, "one", Object.new, Karafka::Native::Jobs.new].each do |other|
    it "is not taken for #{other.class}" do
      text = "no implicit conversion of #{other.class} into Karafka::Native::Batch"
      expect { Karafka::Native::Documents.find(other, 0, "/a") }.to raise_error(TypeError, text)
    end

    it "is not read in the place of a batch that a message lost to #{other.class}" do
      message = batch.messages(message_class).first
      message.instance_variable_set(:@batch, other)
      expect { batch.left([message]) }.to raise_error(NoMethodError, /offset/)
    end
  end

  it "hands on deserializers and topic name to views" do
    topic = Struct.new(:name, :deserializers, :parallel_decryption).new("orders", Object.new)
    view = batch.routed(topic).view([0]).view([0])
    expect([view.topic_name, view.deserializers]).to eq([topic.name, topic.deserializers])
  end

  it "makes messages once, if they were needed before it is shared out" do
    whole = batch.with_messages
    made = whole.messages(message_class)
    expect(whole.with_messages).to equal(whole)
    lane = whole.exclude([12]).view([1, 2])
    expect(lane.messages(message_class)).to match([equal(made[2]), equal(made[3])])
    expect(lane.messages(message_class).map(&:raw_payload)).to eq(%w[p15 p20])
  end

  it "is kept by messages without keeping the other messages" do
    views = [batch.with_messages]
    message = views.first.messages(message_class).first
    expect(message.instance_variable_get(:@batch)).to equal(batch)
    expect(batch.instance_variable_get(:@made)).to be_nil
  end

  it "reads null as nil" do
    nulls = described_class.built("orders", 0, [[5, nil, nil, nil]])
    expect([nulls.raw_payload(0), nulls.raw_key(0), nulls.raw_headers(0)]).to eq([nil, nil, {}])
  end

  it "survives collection and compaction through its views" do
    GC.stress = true
    lane = batch.with_messages.exclude([10]).view([0, 2])
    GC.stress = false
    read = lane.messages(message_class)
    3.times do
      GC.verify_compaction_references(double_heap: true, toward: :empty)
      expect(read.map { |one| [one.offset, one.raw_payload, one.raw_key] })
        .to eq([[12, "p12", "k12"], [20, "p20", "k20"]])
      expect(lane.raw_headers(1)).to eq("h" => "v20")
    end
  ensure
    GC.stress = false
  end

  it "lets its memory go with the last view" do
    view = described_class.built("orders", 0, [[1, "x" * 1_000, nil, nil]]).view([0])
    GC.start
    expect(view.raw_payload(0).bytesize).to eq(1_000)
  end
end
