# frozen_string_literal: true

require "logger"
require_relative "../spec_helper"

# librdkafka keeps the first settings that a topic is used with: others need a client of their own.
RSpec.describe "Settings of a topic in a producer that used it with others" do
  let(:topic) { create_topic("variants") }

  def build(**settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka, **settings }
      config.logger = Logger.new(IO::NULL)
      config.wait_backoff_on_transaction_fatal_error = 10
    end
    cleanups << -> { made.close! }
    made
  end

  # Threads of librdkafka that carry its clients' names: one main thread each. Those that it starts are called
  # the same until they name themselves.
  def clients
    Dir["/proc/self/task/*/comm"].count do |path|
      File.read(path).start_with?("rdk:main")
    rescue SystemCallError
      false # it ended meanwhile
    end
  end

  it "get a client each, which ends with its producer and not before its messages are there" do
    producer = build("linger.ms": 1_000)
    before = clients
    acknowledged = Queue.new
    producer.monitor.subscribe("message.acknowledged") { |event| acknowledged << event[:offset] }
    variants = %w[gzip lz4].map { |codec| producer.with(topic_config: { "compression.codec": codec }) }
    [producer, *variants, *variants].each { |one| one.produce_async(topic:, payload: "x" * 1_000) }
    expect(producer.queue_size).to eq(5)
    await("three clients") { clients - before == 3 }
    2.times do
      producer.disconnect
      expect(clients).to eq(before)
      variants.last.produce_sync(topic:, payload: "again")
      await("one client, which has the first settings now") { clients - before == 1 }
    end
    expect([producer.close, clients]).to eq([:closed, before])
    expect(Array.new(acknowledged.size) { acknowledged.pop }.sort).to eq((0..6).to_a)
  end

  it "are purged with the producer, wherever their messages are" do
    producer = build("linger.ms": 5_000)
    variant = producer.with(topic_config: { acks: 1 })
    handles = [producer, variant].map { |one| one.produce_async(topic:, payload: "1") }
    expect(producer.purge).to be(true)
    expect(handles.map { |handle| handle.create_result.error.code }).to eq(%i[purge_queue purge_queue])
  end

  it "are refused inside a transaction, which cannot span clients, but may be the first ones there" do
    producer = build("transactional.id": unique("tx"))
    small = producer.with(topic_config: { "compression.codec": "gzip" })
    small.transaction { 2.times { small.produce_async(topic:, payload: "small") } }
    before = clients
    expect { producer.transaction { producer.produce_async(topic:, payload: "plain") } }
      .to raise_error(Rdkafka::Config::ConfigError, /#{topic}.*two clients/)
    expect([producer.status.to_sym, clients]).to eq([:connected, before])
    expect(small.produce_sync(topic:, payload: "small").error).to be_nil
    expect(peer.read(topic, count: 4, within: 3).map(&:payload)).to eq(%w[small] * 3)
  end
end
