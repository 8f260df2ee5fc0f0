# frozen_string_literal: true

require "logger"
require_relative "../spec_helper"

RSpec.describe "Producing what fails" do
  let(:topic) { create_topic("failing") }
  let(:producer) { build }

  def build(**kafka_settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka, **kafka_settings }
      config.max_wait_timeout = 20_000
      config.wait_backoff_on_idempotent_fatal_error = 1
      config.reload_on_idempotent_fatal_error = true
      config.logger = Logger.new(IO::NULL)
    end
    made.singleton_class.include(WaterDrop::Producer::Testing)
    cleanups << -> { made.close! }
    made
  end

  def errors(of)
    Queue.new.tap { |seen| of.monitor.subscribe("error.occurred") { |event| seen << event } }
  end

  it "in the middle of a batch waits for what was handed over before it raises" do
    producer.produce_sync(topic:, payload: "known")
    batch = [{ topic:, payload: "1" }, { topic:, payload: "2" }, { topic:, payload: "3", partition: 9 },
             { topic:, payload: "4" }]
    expect { producer.produce_many_sync(batch) }.to raise_error(WaterDrop::Errors::ProduceManyError) { |error|
      expect(error.cause.code).to eq(:unknown_partition)
      expect(error.dispatched.map { |handle| handle[:offset] }).to eq([1, 2])
    }
    expect(peer.read(topic, count: 3).map(&:payload)).to eq(%w[known 1 2])
  end

  it "for its size tells who refused it: contract, librdkafka or broker" do
    small = create_topic("small", max_message_bytes: 10_000)
    seen = errors(producer)
    handle = producer.produce_async(topic: small, payload: "x" * 20_000, label: :large)
    expect { handle.wait }.to raise_error(Rdkafka::RdkafkaError) { |error|
      expect([error.code, handle[:offset]]).to eq([:msg_size_too_large, -1001])
    }
    event = seen.pop
    expect([event[:type], event[:label], event[:error].code])
      .to eq(["librdkafka.dispatch_error", :large, :msg_size_too_large])
    expect { producer.produce_async(topic:, payload: "x" * 1_000_013) }
      .to raise_error(WaterDrop::Errors::MessageInvalidError, /payload/)
    expect { producer.produce_async(topic:, payload: "x" * 1_000_012) }
      .to raise_error(WaterDrop::Errors::ProduceError, /msg_size_too_large/)
    expect(producer.produce_sync(topic: small, payload: "x" * 9_000).offset).to eq(0)
  end

  it "at asking for a partition count fails the dispatch" do
    offline = build("bootstrap.servers": "localhost:1")
    expect { offline.produce_async(topic: unique("unasked"), payload: "", partition_key: "a") }
      .to raise_error(WaterDrop::Errors::ProduceError) { |error|
        expect(error.cause.code).to eq(:transport).or eq(:timed_out)
      }
    offline.config.max_wait_timeout = 10
  end

  it "for its settings of the topic or its place says so and sends nothing" do
    producer.client
    [{ topic_config: { nonsense: 1 } },
     { topic_config: { partitioner: "none" }, partition_key: "a" }].each do |settings|
      expect { producer.produce_async(topic:, payload: "", **settings) }
        .to raise_error(Rdkafka::Config::ConfigError)
    end
    expect(producer.queue_size).to eq(0)
  end

  it "for good tells so in the error of the client, with its name" do
    idempotent = build("enable.idempotence": true)
    seen = errors(idempotent)
    name = idempotent.client.name
    idempotent.trigger_test_fatal_error(47, "test")
    event = seen.pop
    error = event[:error]
    expect([event[:type], error.code, error.fatal?, error.instance_name])
      .to eq(["librdkafka.error", :invalid_producer_epoch, true, name])
    expect(name).to start_with("waterdrop#producer-")
    expect(error.message).to include("[#{name}]").and include("test")
  end

  it "for good resolves and tells what a reload throws away" do
    idempotent = build("enable.idempotence": true, "linger.ms": 5_000)
    seen = errors(idempotent)
    handles = Array.new(2) { |i| idempotent.produce_async(topic:, payload: "lost", label: i) }
    idempotent.trigger_test_fatal_error(47, "test")
    expect(idempotent.produce_sync(topic:, payload: "new").offset).to eq(0)
    lost = Array.new(seen.size) { seen.pop }.select { |event| event[:type] == "librdkafka.dispatch_error" }
    expect(lost.map { |event| [event[:label], event[:error].code] })
      .to eq([[0, :purge_queue], [1, :purge_queue]])
    expect(handles.map { |handle| handle.create_result.error.code }).to eq([:purge_queue] * 2)
  end

  it "for good while the producer closes ends without a reload" do
    idempotent = build("enable.idempotence": true)
    reloaded = 0
    idempotent.monitor.subscribe("producer.reloaded") { reloaded += 1 }
    idempotent.produce_sync(topic:, payload: "1")
    idempotent.buffer(topic:, payload: "buffered")
    idempotent.trigger_test_fatal_error(47, "test")
    expect([idempotent.close, idempotent.status.to_sym, reloaded]).to eq([:closed, :closed, 0])
    expect(idempotent.messages).to eq([{ topic:, payload: "buffered" }])
  end

  it "for good in many threads makes one new client, and leaves none of them without an answer" do
    idempotent = build("enable.idempotence": true)
    idempotent.config.max_attempts_on_idempotent_fatal_error = 100
    reloaded = 0
    idempotent.monitor.subscribe("producer.reloaded") { reloaded += 1 }
    idempotent.produce_sync(topic:, payload: "first")
    idempotent.trigger_test_fatal_error(47, "test")
    threads = Array.new(50) { |i| Thread.new { idempotent.produce_sync(topic:, payload: i.to_s) } }
    answers = threads.map do |thread|
      thread.value
    rescue WaterDrop::Errors::ProduceError => e
      e
    end
    answered = [Rdkafka::Producer::DeliveryReport, WaterDrop::Errors::ProduceError]
    expect(answers.map(&:class).uniq - answered).to be_empty
    expect(reloaded).to eq(1)
  end

  it "at every start of a transactional client leaves nothing behind" do
    offline = build("bootstrap.servers": "localhost:1", "transactional.id": unique("tx"),
                    "transaction.timeout.ms": 1_000, "message.timeout.ms": 1_000)
    offline.config.max_attempts_on_transaction_command = 1
    held = lambda do
      expect { offline.transaction { nil } }.to raise_error(Rdkafka::RdkafkaError, /timed_out/)
      [Dir.children("/proc/self/fd").size, Dir.children("/proc/self/task").size, offline.poller.count]
    end
    first = held.call
    await("no more than after the first") { held.call.zip(first).all? { |now, before| now <= before } }
    expect(offline.status).to be_configured
  end
end
