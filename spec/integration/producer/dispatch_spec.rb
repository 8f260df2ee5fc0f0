# frozen_string_literal: true

require "logger"
require "stringio"
require "timeout"
require_relative "../spec_helper"

RSpec.describe "Producing to Kafka" do
  let(:topic) { create_topic("produced", partitions: 3) }
  let(:producer) { build }

  def build(**settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka, "topic.metadata.refresh.interval.ms": 5_000 }
                     .merge(settings.delete(:kafka) || {})
      config.max_wait_timeout = 20_000
      settings.each { |name, value| config.public_send(:"#{name}=", value) }
    end
    cleanups << -> { made.close! }
    made
  end

  def events(*names, of: producer)
    seen = Queue.new
    names.each { |name| of.monitor.subscribe(name) { |event| seen << event } }
    seen
  end

  def drained(queue)
    Array.new(queue.size) { queue.pop }
  end

  it "keeps bytes, nil, empty, headers, keys, partitions and timestamps" do
    time = Time.at(1_700_000_000, 123_999, :usec)
    producer.produce_many_sync(
      [{ topic:, payload: "\xFF\x00".b, key: "\x00k".b, partition: 0, timestamp: time },
       { topic:, payload: nil, partition: 0, headers: { "a" => %w[1 2], "none" => [], "b" => "\xFE".b } },
       { topic:, payload: "", partition: 0, timestamp: 5 }]
    )
    first, second, third = peer.read(topic, count: 3)
    expect([first.payload, first.key, first.timestamp]).to eq(["\xFF\x00".b, "\x00k".b, 1_700_000_000_123])
    expect([second.payload, second.key, second.headers.map { |name, value| [name, value.b] }])
      .to eq([nil, nil, [%w[a 1], %w[a 2], ["b", "\xFE".b]]])
    expect([third.payload, third.timestamp]).to eq(["", 5])
  end

  # What `Time.current` gives in Rails: no Time by its class, one by its word.
  it "takes a time with a zone as a Time" do
    zoned = Class.new(SimpleDelegator) { def is_a?(kind) = kind == Time || super }
    time = zoned.new(Time.at(3, 500, :millisecond))
    producer.produce_sync(topic:, payload: "1", partition: 0, timestamp: time)
    expect(peer.read(topic, count: 1).first.timestamp).to eq(3_500)
  end

  it "answers reports with place, topic and label" do
    seen = events("message.acknowledged")
    label = { topic:, payload: "1", partition: 2 }
    label[:label] = label
    report = producer.produce_sync(label)
    expect([report.topic, report.topic_name, report.partition, report.offset, report.error])
      .to eq([topic, topic, 2, 0, nil])
    expect(report.label).to be(label)
    event = seen.pop
    expect([event[:offset], event[:partition], event[:topic], event[:delivery_report].error, event[:caller]])
      .to eq([0, 2, topic, 0, producer])
    expect(event[:label]).to be(label)
  end

  it "tells message.acknowledged before produce_sync returns, also to late subscribers" do
    producer.produce_sync(topic:, payload: "unheard")
    acknowledged = 0
    producer.monitor.subscribe("message.acknowledged") { acknowledged += 1 }
    10.times do |i|
      expect([producer.produce_sync(topic:, payload: "1").error, acknowledged]).to eq([nil, i + 1])
    end
  end

  it "shows a handle as pending until its report is there" do
    handle = producer.produce_async(topic:, payload: "1", partition: 1, label: "mine")
    expect([handle.label, handle.topic, handle.operation_name]).to eq(["mine", topic, "delivery"])
    expect(handle.create_result.error.code).to eq(:unknown) if handle.pending?
    2.times { expect(handle.wait(max_wait_timeout_ms: nil).offset).to eq(0) }
    expect([handle.pending?, handle[:partition], handle[:offset], handle[:response]]).to eq([false, 1, 0, 0])
  end

  it "puts a partition key where librdkafka would, and counts partitions" do
    expect(producer.partition_count(topic)).to eq(3)
    keys = Array.new(20) { |i| "key-#{i}" }
    own = producer.produce_many_sync(keys.map do |key|
                                       { topic:, payload: "", partition_key: key, partition: 0 }
                                     end)
    librdkafka = peer.produce(topic, keys.map { |key| { payload: "", key: } })
    expect(own.map { |handle| handle[:partition] }).to eq(librdkafka.map(&:first))
  end

  it "refuses unknown fields, unknown partitioners, and partitions beyond the count" do
    expect do
      producer.produce_sync(topic:, payload: "", nonsense: 1)
    end.to raise_error(ArgumentError, /nonsense/)
    expect { producer.produce_sync(topic:, payload: "", partition_key: "a", partitioner: "modulo") }
      .to raise_error(Rdkafka::Config::ConfigError, /modulo/)
    producer.produce_sync(topic:, payload: "")
    expect { producer.produce_async(topic:, payload: "", partition: 9) }
      .to raise_error(WaterDrop::Errors::ProduceError) { |error|
        expect(error.cause.code).to eq(:unknown_partition)
      }
  end

  it "tells what failed, inline and later" do
    seen = events("error.occurred")
    expect { producer.produce_sync(topic:, payload: "x" * 1_000_005) }
      .to raise_error(WaterDrop::Errors::ProduceError) { |error|
        expect(error.cause.code).to eq(:msg_size_too_large)
      }
    expect(seen.pop[:type]).to eq("message.produce_sync")

    offline = build(kafka: { "bootstrap.servers": "localhost:1", "message.timeout.ms": 500 })
    failed = events("error.occurred", of: offline)
    handle = offline.produce_async(topic:, payload: "1", label: 7)
    expect { handle.wait }.to raise_error(Rdkafka::RdkafkaError) { |error|
      expect(error.code).to eq(:msg_timed_out)
    }
    report = drained(failed).find { |event| event[:type] == "librdkafka.dispatch_error" }
    expect([report[:label], report[:offset], report[:error].code]).to eq([7, -1001, :msg_timed_out])
    expect(handle.create_result.error.code).to eq(:msg_timed_out)
  end

  it "ends a wait without a verdict as WaitTimeoutError" do
    offline = build(kafka: { "bootstrap.servers": "localhost:1" }, max_wait_timeout: 50)
    handle = offline.produce_async(topic:, payload: "1")
    expect { handle.wait(max_wait_timeout_ms: 20) }
      .to raise_error(Rdkafka::AbstractHandle::WaitTimeoutError, "Waiting for delivery timed out after 20 ms")
    expect do
      offline.produce_sync(topic:, payload: "1")
    end.to raise_error(WaterDrop::Errors::ProduceError) { |error|
             expect(error.cause).to be_a(Rdkafka::AbstractHandle::WaitTimeoutError)
           }
    expect { offline.partition_count("other") }.to raise_error(Rdkafka::RdkafkaError, /transport|timed_out/)
  end

  it "ends a wait at once when its thread is killed or timed out" do
    offline = build(kafka: { "bootstrap.servers": "localhost:1" }, max_wait_timeout: 100)
    handle = offline.produce_async(topic:, payload: "1")
    waiting = Thread.new { handle.wait(max_wait_timeout_ms: nil) }
    Thread.pass until waiting.status == "sleep"
    started = Specs.now
    waiting.kill.join
    expect { Timeout.timeout(0.05) { handle.wait } }.to raise_error(Timeout::Error)
    expect(Specs.now - started).to be < 1
  end

  it "throttles on a full local queue and delivers everything" do
    small = build(kafka: { "queue.buffering.max.messages": 1 }, wait_backoff_on_queue_full: 1)
    full = events("error.occurred", of: small)
    small.produce_many_sync(Array.new(20) { |i| { topic:, payload: i.to_s, partition: 0 } })
    expect(drained(full).map { |event| event[:type] }.uniq).to eq(["message.produce_many_sync"])
    expect(peer.read(topic, count: 20).map(&:payload)).to eq(Array.new(20, &:to_s))
  end

  it "gives variants of one topic their own settings, in either order" do
    2.times do
      none = producer.with(topic_config: { acks: 0 })
      all = producer.with(topic_config: { acks: "all" })
      offsets = [none, all, producer, none].map do |one|
        one.produce_sync(topic:, payload: "1", partition: 0).offset
      end
      expect([offsets[0], offsets[3]]).to eq([-1001, -1001])
      expect([offsets[1], offsets[2]]).to all(be >= 0)
    end
    expect(peer.read(topic, count: 4).size).to be >= 4
  end

  it "reports no offset without acknowledgement, wherever in its batch the message was" do
    told = []
    producer.monitor.subscribe("message.acknowledged") { |event| told << event[:offset] }
    none = producer.with(topic_config: { acks: 0 })
    handles = none.produce_many_sync(Array.new(1_500) { { topic:, payload: "none" } })
    expect((handles.map { |handle| handle[:offset] } + told).uniq).to eq([-1_001])
  end

  it "contains what listeners raise on the callback thread" do
    producer.monitor.subscribe("message.acknowledged") { raise ArgumentError, "listener" }
    seen = events("error.occurred")
    expect(producer.produce_sync(topic:, payload: "1").offset).to eq(0)
    expect([seen.pop].map { |event| [event[:type], event[:error].message] })
      .to eq([["callbacks.delivery.error", "listener"]])
    producer.monitor.subscribe("error.occurred") { raise "as well" }
    said = StringIO.new
    Rdkafka::Config.logger = Logger.new(said)
    expect(producer.produce_sync(topic:, payload: "1").error).to be_nil
    expect(said.string.lines.grep(/ERROR/)).to match([/callbacks.delivery.error.*as well/])
  end

  it "emits frozen, decorated statistics to the producer they belong to" do
    other = build(kafka: { "statistics.interval.ms": 100 })
    mine = build(kafka: { "statistics.interval.ms": 100 }, id: "mine")
    seen = events("statistics.emitted", of: mine)
    events("statistics.emitted", of: other)
    [mine, other].each { |one| one.produce_sync(topic:, payload: "1") }
    statistics = seen.pop[:statistics]
    expect(statistics).to be_frozen
    expect(statistics).to include("tx_d", "tx_fd", "msg_cnt")
    expect(statistics["name"]).to eq(mine.client.name)
  end

  it "bans subscriptions to statistics that were off when the client was built" do
    producer.produce_sync(topic:, payload: "1")
    expect { producer.monitor.subscribe("statistics.emitted") { nil } }
      .to raise_error(WaterDrop::Errors::StatisticsNotEnabledError)
    producer.disconnect
    expect { producer.monitor.subscribe(Class.new { def on_statistics_emitted(_event) = nil }.new) }
      .to raise_error(WaterDrop::Errors::StatisticsNotEnabledError)
  end

  it "takes what waits for idleness for a listener of statistics, which may be off all the same" do
    idle = build(idle_disconnect_timeout: 30_000, kafka: { "statistics.interval.ms": 50 })
    idle.produce_sync(topic:, payload: "1")
    expect(events("statistics.emitted", of: idle).pop[:statistics]).to include("txmsgs")
    never = build(idle_disconnect_timeout: 30_000, kafka: { "statistics.interval.ms": 0 })
    expect(never.produce_sync(topic:, payload: "2").error).to be_nil
    expect { events("statistics.emitted", of: never) }
      .to raise_error(WaterDrop::Errors::StatisticsNotEnabledError)
  end

  it "serves producers from many threads and fibers at once" do
    threads = Array.new(8) do |n|
      Thread.new { Array.new(50) { |i| producer.produce_sync(topic:, payload: "#{n}-#{i}").error } }
    end
    expect(threads.flat_map(&:value).compact).to be_empty
    expect(peer.read(topic, count: 400).map(&:payload).uniq.size).to eq(400)
  end

  it "survives GC stress" do
    producer.produce_sync(topic:, payload: "1")
    GC.stress = true
    handles = Array.new(20) do |i|
      producer.produce_async(topic:, payload: "p#{i}", label: "l#{i}", partition: 0)
    end
    GC.stress = false
    GC.compact
    expect(handles.map { |handle| handle.wait.label }).to eq(Array.new(20) { |i| "l#{i}" })
  ensure
    GC.stress = false
  end
end
