# frozen_string_literal: true

require_relative "../spec_helper"
require "waterdrop"

RSpec.describe WaterDrop::Clients do
  describe WaterDrop::Clients::Dummy do
    subject(:client) { described_class.new(nil) }

    it "answers everything with itself" do
      expect([client.anything(1, a: 2), client.partition_count("a")]).to all(be(client))
      expect(client.queue_size).to eq(0)
    end

    it "counts offsets per topic and partition" do
      places = [["a", 0], ["a", 0], ["a", 1], ["b", 0]].map do |topic, partition|
        handle = client.produce(topic:, partition:, payload: "", label: :mine)
        [handle[:partition], handle[:offset], handle.label, handle.pending?, handle.wait.error]
      end
      expect(places).to eq([[0, 0, :mine, false, nil], [0, 1, :mine, false, nil], [1, 0, :mine, false, nil],
                            [0, 0, :mine, false, nil]])
      expect(client.produce(topic: "c").wait(max_wait_timeout_ms: 1).topic_name).to eq("c")
    end
  end

  describe "a handle's wait" do
    it "takes seconds under the name of old, and warns" do
      handle = Rdkafka::Producer::DeliveryHandle.settled("a", 0, 3, 0)
      expect { expect(handle.wait(max_wait_timeout: 1).offset).to eq(3) }
        .to output(/max_wait_timeout_ms/).to_stderr
    end

    it "answers a failure as a result if so asked" do
      handle = Rdkafka::Producer::DeliveryHandle.settled("a", -1, -1001, -192)
      expect { handle.wait }.to raise_error(Rdkafka::RdkafkaError, /msg_timed_out/)
      expect(handle.wait(raise_response_error: false).error.code).to eq(:msg_timed_out)
    end
  end

  describe WaterDrop::Clients::Buffered do
    subject(:client) { described_class.new(nil) }

    it "keeps copies in order, and by topic" do
      given = { topic: "a", payload: "1", unknown: 1 }
      handle = client.produce(given)
      client.produce(topic: "b", payload: "2")
      given[:payload] = "changed"
      expect(handle).to be_a(Rdkafka::Producer::DeliveryHandle)
      expect(client.messages.map { |message| message[:payload] }).to eq(%w[1 2])
      expect([client.messages_for("a").size, client.messages_for(:a), client.messages_for("none")])
        .to eq([1, [], []])
    end

    it "forgets messages on reset, but not offsets" do
      client.produce(topic: "a")
      client.reset
      expect([client.messages, client.messages_for("a")]).to eq([[], []])
      expect(client.produce(topic: "a")[:offset]).to eq(1)
    end

    it "keeps what a transaction committed alone" do
      client.begin_transaction
      client.produce(topic: "a", payload: "1")
      client.abort_transaction
      client.begin_transaction
      offset = client.produce(topic: "a", payload: "2")[:offset]
      expect([offset, client.messages]).to eq([1, []])
      client.commit_transaction
      expect(client.messages_for("a")).to eq([{ topic: "a", payload: "2" }])
      expect(client.send_offsets_to_transaction(nil, nil, 1)).to be_nil
    end
  end
end
