# frozen_string_literal: true

require_relative "schedules_context"

RSpec.describe Karafka::ScheduledMessages do
  include_context "with empty routes"

  before { routes.draw { scheduled_messages(:later) } }

  let(:invalid) { WaterDrop::Errors::MessageInvalidError }
  let(:message) { { topic: "target", payload: "p" } }

  def schedule(epoch: 5, envelope: {}, **given)
    described_class.schedule(message: { **message, **given }, epoch:,
                             envelope: { topic: "later", **envelope })
  end

  it "is known by the original's name" do
    expect(Karafka::Pro::ScheduledMessages).to equal(described_class)
  end

  describe ".schedule" do
    it "answers a record with the four headers and a key of its own" do
      first, second = Array.new(2) { schedule }
      expect(first).to include(
        topic: "later", payload: "p",
        headers: { "schedule_schema_version" => "1.0.0", "schedule_target_epoch" => "5",
                   "schedule_source_type" => "schedule", "schedule_target_topic" => "target" }
      )
      expect(first[:key]).to match(/\Atarget-\h{8}-/)
      expect(first[:key]).not_to eq(second[:key])
      expect(first).not_to have_key(:partition_key)
    end

    it "keeps the message's own headers, time and label, and notes where it goes" do
      record = schedule(key: "k", partition: 3, partition_key: "place", headers: { "own" => %w[a b] },
                        timestamp: 7, label: :mine)
      expect(record).to include(timestamp: 7, label: :mine, partition_key: "place")
      expect(record[:headers]).to include(
        "own" => %w[a b], "schedule_target_key" => "k", "schedule_target_partition" => "3",
        "schedule_target_partition_key" => "place"
      )
      expect(record).not_to have_key(:partition)
    end

    it "takes the place from the envelope, else from the message's partition key, else from its partition" do
      expect(schedule(partition: 3, partition_key: "b",
                      envelope: { partition_key: "a" })[:partition_key]).to eq("a")
      expect(schedule(partition: 3, partition_key: "b")[:partition_key]).to eq("b")
      expect(schedule(partition: 3)[:partition_key]).to eq("3")
      expect(schedule(partition: -1)).not_to have_key(:partition_key)
      expect(schedule(envelope: { key: "mine" })[:key]).to eq("mine")
    end

    it "takes names as Symbols" do
      record = described_class.schedule(message: { topic: :target, payload: "p" }, epoch: 1,
                                        envelope: { topic: :later })
      expect([record[:topic], record[:headers]["schedule_target_topic"]]).to eq(%w[later target])
    end

    { "an invalid topic" => { topic: "a b" }, "no topic" => { topic: nil }, "an empty key" => { key: "" },
      "headers of other kinds" => { headers: { a: 1 } } }.each do |what, given|
      it "refuses a message with #{what}" do
        expect { schedule(**given) }.to raise_error(invalid, /message\./)
      end
    end

    it "refuses a message without payload, which would cancel" do
      expect { schedule(payload: nil) }.to raise_error(invalid, /message\.payload.*cancels/)
    end

    it "refuses an epoch of another kind, or in milliseconds" do
      ["1", 1.5, nil, -1].each do |epoch|
        expect do
          schedule(epoch:)
        end.to raise_error(invalid, /epoch.*Integer/)
      end
      expect { schedule(epoch: (Time.now.to_f * 1_000).to_i) }.to raise_error(invalid, /epoch.*milliseconds/)
      expect(schedule(epoch: Time.now.to_i + (99 * 365 * 86_400))).to be_a(Hash)
    end

    it "refuses an envelope without topic, of another topic, and with what it does not know" do
      expect { schedule(envelope: { topic: nil }) }.to raise_error(invalid, /envelope\.topic.*present/)
      %w[later_states other].each do |topic|
        expect { schedule(envelope: { topic: }) }.to raise_error(invalid, /`#{topic}` is no topic.*\(later\)/)
      end
      expect { schedule(envelope: { partition: 1 }) }.to raise_error(invalid, /does not know \[:partition\]/)
      expect { schedule(envelope: { key: "" }) }.to raise_error(invalid, /envelope\.key.*characters/)
      expect do
        described_class.schedule(message:, epoch: 1, envelope: "later")
      end.to raise_error(invalid, /Hash/)
    end
  end

  describe ".cancel" do
    it "answers a record without payload under that key" do
      expect(described_class.cancel(key: "k", envelope: { topic: "later", partition_key: "place" })).to eq(
        topic: "later", key: "k", partition_key: "place", payload: nil,
        headers: { "schedule_schema_version" => "1.0.0", "schedule_source_type" => "cancel" }
      )
      expect(described_class.cancel(key: "k", envelope: { topic: :later })).not_to have_key(:partition_key)
    end

    it "refuses a key or an envelope that it cannot be" do
      expect do
        described_class.cancel(key: nil, envelope: { topic: "later" })
      end.to raise_error(invalid, /key.*present/)
      expect do
        described_class.cancel(key: "k", envelope: { topic: "other" })
      end.to raise_error(invalid, /other/)
      expect { described_class.cancel(key: "k", envelope: nil) }.to raise_error(invalid, /Hash/)
    end
  end
end
