# frozen_string_literal: true

require_relative "../spec_helper"

# librdkafka tells how long messages were queued before they went out: `int_latency`, microseconds.
RSpec.describe "A synchronous dispatch" do
  linger = 5_000

  let(:topic) { create_topic("lingering") }

  def build(**kafka_settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka, "statistics.interval.ms": 50, **kafka_settings }
      config.max_wait_timeout = 20_000
    end
    cleanups << -> { made.close! }
    made
  end

  # The shortest time in the queue that is told while the block sends message after message.
  def shortest(producer)
    told = Queue.new
    producer.monitor.subscribe("statistics.emitted") do |event|
      event[:statistics]["brokers"].each_value do |broker|
        told << broker["int_latency"]["min"] if broker["int_latency"]["cnt"].positive?
      end
    end
    yield until told.size >= 4
    Array.new(told.size) { told.pop }.min
  end

  it "does not wait for others to join its message" do
    producer = build
    expect(shortest(producer) { producer.produce_sync(topic:, payload: "1") }).to be < linger
  end

  it "does not wait for others to join its batch" do
    producer = build
    batch = Array.new(10) { |i| { topic:, payload: i.to_s } }
    expect(shortest(producer) { producer.produce_many_sync(batch) }).to be < linger
  end

  it "does not wait for others to join the messages that it flushes" do
    producer = build
    flush = lambda do
      producer.buffer(topic:, payload: "1")
      producer.flush_sync
    end
    expect(shortest(producer, &flush)).to be < linger
  end

  it "waits as long as the user says" do
    producer = build("linger.ms": linger / 1_000)
    expect(shortest(producer) { producer.produce_sync(topic:, payload: "1") }).to be >= linger
  end

  it "takes its turn beside others, of which none is forgotten" do
    producer = build
    reports = Array.new(16) do |n|
      Thread.new { Array.new(40) { |i| producer.produce_sync(topic:, payload: "#{n}-#{i}") } }
    end.flat_map(&:value)
    expect(reports.map(&:offset).sort).to eq((0...640).to_a)
  end

  it "is over for its thread when that is killed" do
    offline = build("bootstrap.servers": "localhost:1")
    waiting = Thread.new { offline.produce_sync(topic:, payload: "1") }
    await("the hand-over") { offline.queue_size.positive? }
    waiting.kill.join
    offline.config.max_wait_timeout = 10
    expect(waiting.status).to be(false)
  end
end
