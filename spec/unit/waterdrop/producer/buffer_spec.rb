# frozen_string_literal: true

require_relative "../../spec_helper"
require "waterdrop"

RSpec.describe WaterDrop::Producer::Buffer do
  let(:producer) { WaterDrop::Producer.new { |config| config.client_class = WaterDrop::Clients::Buffered } }
  let(:message) { { topic: "a", payload: "1" } }

  after do
    producer.purge
    producer.messages.clear
    producer.close
  end

  it "keeps messages until they are flushed, unchecked" do
    expect(producer.buffer(message)).to eq([message])
    expect(producer.buffer_many([message])).to eq([message])
    expect(producer.status).to be_configured
    expect(producer.flush_sync.size).to eq(2)
    expect([producer.messages, producer.client.messages]).to eq([[], [message, message]])
  end

  it "tells what it does" do
    seen = []
    %w[message.buffered messages.buffered messages.produced_async buffer.flushed_async].each do |name|
      producer.monitor.subscribe(name) { |event| seen << event.id }
    end
    producer.buffer(message)
    producer.buffer_many([message])
    producer.flush_async
    expect(seen).to eq(%w[message.buffered messages.buffered messages.produced_async buffer.flushed_async])
  end

  it "flushes nothing without connecting, with its event" do
    flushed = 0
    producer.monitor.subscribe("buffer.flushed_sync") { flushed += 1 }
    expect(producer.flush_sync).to eq([])
    expect([flushed, producer.status.to_sym]).to eq([1, :configured])
  end

  it "puts everything back in order when one is invalid" do
    producer.buffer_many([message, { topic: "a" }])
    producer.buffer(message)
    flushed = 0
    producer.monitor.subscribe("buffer.flushed_sync") { flushed += 1 }
    expect { producer.flush_sync }.to raise_error(WaterDrop::Errors::MessageInvalidError)
    expect([producer.messages, flushed]).to eq([[message, { topic: "a" }, message], 0])
  end

  it "puts back only what was not handed over" do
    batch = Array.new(4) { |i| { topic: "a", payload: i.to_s } }
    calls = 0
    allow(producer.client).to receive(:produce).and_wrap_original do |original, **given|
      (calls += 1) == 3 ? raise(Rdkafka::RdkafkaError, 10) : original.call(**given)
    end
    producer.buffer_many(batch)
    expect { producer.flush_async }.to raise_error(WaterDrop::Errors::ProduceManyError)
    expect(producer.messages).to eq(batch.drop(2))
  end

  it "puts everything back when the client cannot be built" do
    broken = WaterDrop::Producer.new { |config| config.kafka = { "no.such": 1 } }
    broken.buffer(message)
    expect { broken.flush_sync }.to raise_error(Rdkafka::Config::ConfigError)
    expect(broken.messages).to eq([message])
    broken.purge
    broken.messages.clear
  end

  it "sends nothing twice when those who are told of it raise" do
    %w[messages.produced_async messages.produced_sync buffer.flushed_async buffer.flushed_sync].each do |name|
      producer.monitor.subscribe(name) { raise name }
    end
    producer.buffer(message)
    expect { producer.flush_async }.to raise_error("messages.produced_async")
    producer.buffer(message)
    expect { producer.flush_sync }.to raise_error("messages.produced_sync")
    expect([producer.messages, producer.client.messages]).to eq([[], [message, message]])
  end

  it "sends nothing twice when those who are told of its transaction raise" do
    producer.config.kafka = { "transactional.id": "buffer" }
    producer.monitor.subscribe("messages.produced_sync") { raise "told" }
    producer.buffer(message)
    expect { producer.flush_sync }.to raise_error("told")
    expect([producer.messages, producer.client.messages]).to eq([[], [message]])
  end

  it "puts everything back when it is left by throw, as Timeout does" do
    producer.middleware.append(->(_message) { throw :late })
    producer.buffer(message)
    catch(:late) { producer.flush_sync }
    expect(producer.messages).to eq([message])
  end

  it "puts back more messages than a call may have arguments" do
    producer.buffer_many(Array.new(300_000, message))
    producer.buffer({})
    expect { producer.flush_async }.to raise_error(WaterDrop::Errors::MessageInvalidError)
    expect(producer.messages.size).to eq(300_001)
  end

  it "passes re-queued messages through the middleware again" do
    seen = 0
    producer.middleware.append(->(given) { (seen += 1) == 1 ? nil : given })
    producer.buffer(message)
    expect { producer.flush_sync }.to raise_error(WaterDrop::Errors::MessageInvalidError)
    producer.flush_sync
    expect([seen, producer.client.messages]).to eq([2, [message]])
  end

  it "keeps the topic settings under which a message was buffered" do
    variant = producer.with(topic_config: { acks: 1 })
    variant.buffer(message)
    producer.buffer(message.dup)
    expect(producer.messages).to eq([message, message])
    producer.flush_sync
    expect(producer.client.messages).to eq([message.merge(topic_config: { acks: 1 }), message])
  end

  it "keeps them apart for one Hash that is buffered more than once" do
    variant = producer.with(topic_config: { acks: 1 })
    variant.buffer(message)
    producer.buffer_many([message, message])
    variant.buffer(message)
    producer.flush_sync
    told = message.merge(topic_config: { acks: 1 })
    expect(producer.client.messages).to eq([told, message, message, told])
  end

  it "keeps them with what is buffered while a flush fails" do
    variant = producer.with(topic_config: { acks: 1 })
    failures = 1
    producer.middleware.append(
      lambda do |given|
        next given if (failures -= 1).negative?

        variant.buffer(message)
        throw :failed
      end
    )
    producer.buffer(message)
    variant.buffer(message)
    catch(:failed) { producer.flush_sync }
    producer.flush_sync
    told = message.merge(topic_config: { acks: 1 })
    expect(producer.client.messages).to eq([message, told, told])
  end

  it "forgets them with messages that are taken away by hand" do
    producer.with(topic_config: { acks: 1 }).buffer(message)
    producer.messages.clear
    producer.buffer(message)
    producer.flush_sync
    expect(producer.client.messages).to eq([message])
  end

  it "loses nothing when threads buffer while another flushes" do
    threads = Array.new(4) do |n|
      Thread.new do
        200.times do |i|
          producer.buffer(topic: "a", payload: "#{n}-#{i}")
        end
      end
    end
    producer.flush_sync while threads.any?(&:alive?)
    producer.flush_sync
    expect(producer.client.messages.map { |sent| sent[:payload] }.uniq.size).to eq(800)
  end

  it "is emptied by purge" do
    producer.client
    producer.buffer(message)
    purged = 0
    producer.monitor.subscribe("buffer.purged") { purged += 1 }
    expect([producer.purge, producer.messages, purged]).to eq([true, [], 1])
  end
end
