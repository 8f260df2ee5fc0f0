# frozen_string_literal: true

require_relative "../spec_helper"
require "karafka/testing/spec_producer_client"

RSpec.describe Karafka::Testing::SpecProducerClient do
  subject(:client) { described_class.new(example) }

  let(:example) { Object.new }

  def producer(kafka = {})
    WaterDrop::Producer.new { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9", **kafka } }
                       .tap { |one| allow(one).to receive(:client).and_return(client) }
  end

  it "serves any producer whose client is stubbed, without the helpers" do
    handles = producer.produce_many_async([{ topic: "a", payload: "1" }, { topic: "b", payload: "2" }])
    expect(handles.map { |handle| handle.wait.offset }).to eq([0, 0])
    expect(client.messages_for("b")).to eq([{ topic: "b", payload: "2" }])
    expect(client.messages.size).to eq(2)
  end

  it "serves buffered, tombstone and variant dispatches" do
    one = producer
    one.buffer(topic: "a", payload: "1")
    one.flush_sync
    one.tombstone_sync(topic: "a", key: "k", partition: 0)
    one.with(topic_config: { acks: 1 }).produce_sync(topic: "a", payload: "2")
    expect(client.messages.map { |message| message[:payload] }).to eq(["1", nil, "2"])
  end

  it "serves transactions of any producer" do
    producer("transactional.id": "any").produce_sync(topic: "a", payload: "1")
    expect(client.messages.size).to eq(1)
  end

  it "tells an example that delivers, once a message is there" do
    told = []
    example.define_singleton_method(:_karafka_add_message_to_consumer_if_needed) { |message| told << message }
    client.produce({ topic: "a", payload: "1" })
    client.at_offset(5) { client.produce({ topic: "a", payload: "2" }) }
    client.begin_transaction
    client.produce({ topic: "a", payload: "3" })
    client.abort_transaction
    expect(told).to eq([{ topic: "a", payload: "1" }, { topic: "a", payload: "2", offset: 5 }])
    expect(client.messages.last).to eq(topic: "a", payload: "2")
  end

  it "goes on counting offsets after a reset" do
    offsets = Array.new(2) do
      client.reset
      client.produce({ topic: "a", payload: "1" })[:offset]
    end
    expect([offsets, client.messages.size, client.queue_size]).to eq([[0, 1], 1, 0])
  end
end
