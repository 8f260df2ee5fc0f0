# frozen_string_literal: true

require_relative "../../spec_helper"
require "waterdrop"

RSpec.describe WaterDrop::Producer::Variant do
  let(:producer) { WaterDrop::Producer.new { |config| config.client_class = WaterDrop::Clients::Buffered } }
  let(:variant) { producer.with(max_wait_timeout: 7, topic_config: { acks: 1 }) }

  after { producer.close }

  it "is the producer with other settings" do
    expect(variant == producer).to be(true)
    expect([variant.is_a?(WaterDrop::Producer), variant.default?, variant.max_wait_timeout,
            variant.topic_config])
      .to eq([false, false, 7, { acks: 1 }])
    expect(variant.producer).to be(producer)
    expect(producer.variant(max_wait_timeout: 1).topic_config).to eq({})
  end

  it "puts its settings on what is sent through it, in place of the message's own" do
    variant.produce_sync(topic: "a", payload: "1", topic_config: { acks: 0 })
    producer.produce_sync(topic: "a", payload: "2", topic_config: { acks: 0 })
    variant.produce_many_async([{ topic: :a, payload: "3" }])
    expect(producer.client.messages.map { |message| message[:topic_config] })
      .to eq([{ acks: 1 }, { acks: 0 }, { acks: 1 }])
  end

  it "waits as long as it says" do
    handle = WaterDrop::Clients::Dummy::Handle.new("a", 0, 0)
    allow(producer.client).to receive(:produce).and_return(handle)
    waited = []
    allow(handle).to receive(:wait) { |**options| waited << options[:max_wait_timeout_ms] }
    variant.produce_sync(topic: "a", payload: "1")
    producer.produce_sync(topic: "a", payload: "1")
    producer.config.max_wait_timeout = 9
    producer.produce_sync(topic: "a", payload: "1")
    expect(waited).to eq([7, 180_000, 9])
  end

  it "is current during its calls alone, nested ones undone" do
    inner = producer.with(topic_config: { acks: 0 })
    seen = []
    variant.buffer({}).tap { producer.messages.clear }
    producer.middleware.append(lambda do |message|
      seen << producer.current_variant.topic_config
      inner.buffer({}) if message[:payload] == "1"
      seen << producer.current_variant.topic_config
      message
    end)
    variant.produce_sync(topic: "a", payload: "1")
    producer.messages.clear
    expect(seen).to eq([{ acks: 1 }, { acks: 1 }])
    expect([producer.current_variant.default?, Thread.current[:waterdrop_variants]]).to eq([true, nil])
  end

  it "belongs to one fiber" do
    seen = nil
    producer.middleware.append(lambda do |message|
      seen = Fiber.new { producer.current_variant.default? }.resume
      message
    end)
    variant.produce_sync(topic: "a", payload: "1")
    expect(seen).to be(true)
  end

  it "holds for the raw producer inside its transaction" do
    transactional = WaterDrop::Producer.new do |config|
      config.client_class = WaterDrop::Clients::Buffered
      config.kafka = { "transactional.id": "tx" }
    end
    transactional.with(topic_config: { "compression.type": "gzip" }).transaction do
      transactional.produce_async(topic: "a", payload: "1")
    end
    expect(transactional.client.messages.first[:topic_config]).to eq("compression.type": "gzip")
    transactional.close
  end

  it "refuses what topics cannot have, and acks where idempotence needs them" do
    { { topic_config: { "linger.ms": 1 } } => /kafka.linger.ms/, { topic_config: { "acks" => 1 } } => /kafka/,
      { topic_config: 1 } => /topic_config/, { max_wait_timeout: -1 } => /max_wait_timeout/,
      { default: 1 } => /default/ }.each do |settings, text|
      expect { producer.with(**settings) }.to raise_error(WaterDrop::Errors::VariantInvalidError, text)
    end
    expect { producer.with(nonsense: 1) }.to raise_error(ArgumentError)
    idempotent = WaterDrop::Producer.new { |config| config.kafka = { "enable.idempotence": true } }
    expect { idempotent.with(topic_config: { "request.required.acks": 1 }) }
      .to raise_error(WaterDrop::Errors::VariantInvalidError, /request.required.acks/)
  end

  it "closes its producer" do
    variant.close
    expect(producer.status).to be_closed
  end
end
