# frozen_string_literal: true

require "timeout"
require_relative "admin_helper"

RSpec.describe Karafka::Admin, "#read_topic" do
  include AdminExamples

  def payloads(*arguments) = admin.read_topic(*arguments).map(&:raw_payload)

  it "reads the last messages with -1 and further back with lower numbers" do
    topic = create_topic("read")
    peer.produce(topic, %w[a b c d e])

    expect(payloads(topic, 0, 2)).to eq(%w[d e])
    expect(payloads(topic, 0, 2, -1)).to eq(%w[d e])
    expect(payloads(topic, 0, 2, -2)).to eq(%w[c d])
    expect(payloads(topic, 0, 10, -1)).to eq(%w[a b c d e])
    expect(payloads(topic, 0, 3, -5)).to eq(%w[a b c])
  end

  it "reads from an offset, and nothing at or past the end" do
    topic = create_topic("read")
    peer.produce(topic, %w[a b c])

    expect(payloads(topic, 0, 2, 1)).to eq(%w[b c])
    expect(payloads(topic, 0, 9, 2)).to eq(%w[c])
    expect(payloads(topic, 0, 1, 3)).to eq([])
    expect(payloads(topic, 0, 1, 100)).to eq([])
    expect(payloads(topic, 0, 0)).to eq([])
  end

  it "reads from a time, and nothing from a time after the last message" do
    topic = create_topic("read")
    now = (Time.now.to_f * 1_000).to_i
    peer.produce(topic, [{ payload: "old", timestamp: now - 60_000 }, { payload: "new", timestamp: now }])

    expect(payloads(topic, 0, 5, Time.now - 30)).to eq(%w[new])
    expect(payloads(topic, 0, 5, Time.now - 90)).to eq(%w[old new])
    expect(payloads(topic, 0, 5, Time.now + 3_600)).to eq([])
  end

  it "reads nothing from an empty partition" do
    expect(payloads(create_topic("empty"), 0, 5)).to eq([])
  end

  it "ends where the rest of the range has no records that could be read" do
    topic = create_topic("markers")
    peer.produce(topic, %w[a])
    transaction = open_transaction(topic)
    transaction.say("go on")
    transaction.await_line("committed")

    # Offset 2 is the marker of the transaction: it counts, yet nobody can read it.
    await("the end of the transaction") { peer.watermarks(topic) == [0, 3] }
    expect(Timeout.timeout(20) { payloads(topic, 0, 3) }).to eq(%w[a open])
    expect(Timeout.timeout(20) { payloads(topic, 0, 1) }).to eq([])
  end

  it "returns what compaction left of the range" do
    cluster = own_kafka(set: { "log.cleaner.backoff.ms" => "200", "log.cleaner.delete.retention.ms" => "1" })
    servers = cluster.settings.bootstrap_servers
    there = described_class.new(kafka: { "bootstrap.servers": servers })
    writer = peer_of("bootstrap.servers" => servers)
    there.create_topic("compacted", 1, 1, "cleanup.policy": "compact", "segment.ms": 300,
                                          "min.cleanable.dirty.ratio": 0.01)
    5.times { |number| writer.produce("compacted", [{ key: "k", payload: "v#{number}" }]) }
    await("the compaction", within: 90) do
      # A new segment begins with a new message: only what lies in older ones is compacted.
      writer.produce("compacted", [{ key: "k", payload: "last" }])
      there.read_topic("compacted", 0, 5, 0).empty?
    end

    _, high = there.read_watermark_offsets("compacted", 0)
    read = Timeout.timeout(20) { there.read_topic("compacted", 0, high, -1) }
    expect(read.size).to be_between(1, high - 5)
    expect(read.last).to have_attributes(offset: high - 1, raw_payload: "last")
  end

  it "stops before an open transaction unless it is asked to read uncommitted messages" do
    topic = create_topic("open")
    peer.produce(topic, %w[a b])
    open_transaction(topic)

    expect(payloads(topic, 0, 5)).to eq(%w[a b])
    expect(payloads(topic, 0, 5, -1, { "isolation.level": "read_uncommitted" })).to eq(%w[a b open])
  end

  it "takes a part of a millisecond as before the next one" do
    topic = create_topic("read")
    peer.produce(topic, Array.new(2) { |n| { payload: n.to_s, timestamp: 1_700_000_000_000 + n } })
    expect(payloads(topic, 0, 5, Time.at(1_700_000_000, 500, :usec))).to eq(%w[1])
    expect(payloads(topic, 0, 5, Time.at(1_700_000_000))).to eq(%w[0 1])
  end

  it "reads headers as consumers do: their bytes, and empty where a value is null" do
    topic = create_topic("headers")
    peer.produce(topic, [{ payload: "a", headers: [["n\u00e9", nil], %w[d 1], ["d", nil]] }])
    headers = admin.read_topic(topic, 0, 1).first.raw_headers
    expect(headers).to eq({ "n\u00e9".b => "", "d" => ["1", ""] })
    expect([*headers.keys, *headers.values.flatten].map(&:encoding).uniq).to eq([Encoding::BINARY])
  end

  it "gives messages with key, headers, time and the deserializers of the routed topic" do
    topic = create_topic("routed", retention_ms: -1)
    Karafka::App.routes.draw do
      topic(topic) do
        active(false)
        consumer Class.new(Karafka::BaseConsumer)
        deserializers(payload: ->(message) { "#{message.raw_payload}!" })
      end
    end
    peer.produce(topic, [{ payload: "a", key: "k", headers: { "h" => "1" }, timestamp: 1_700_000_000_123 }])
    message = admin.read_topic(topic, 0, 1).first

    expect(message).to have_attributes(
      payload: "a!", key: "k", headers: { "h" => "1" }, topic:, partition: 0, offset: 0,
      timestamp: Time.at(1_700_000_000, 123, :millisecond)
    )
  ensure
    Karafka::App.routes.clear
  end

  it "reads JSON of topics that are not routed, lazily" do
    topic = create_topic("plain")
    peer.produce(topic, ['{"a":1}', "no json"])
    first, second = admin.read_topic(topic, 0, 2)

    expect(first.payload).to eq("a" => 1)
    expect { second.payload }.to raise_error(JSON::ParserError)
  end

  it "names what it cannot read" do
    topic = create_topic("unknown")

    expect(code_of { admin.read_topic(unique("none"), 0, 1) }).to eq(:unknown_partition)
    expect(code_of { admin.read_topic(topic, 7, 1) }).to eq(:unknown_partition)
    expect { admin.read_topic(topic, 0, 1, "earliest") }.to raise_error(ArgumentError, /earliest/)
  end

  it "lets other threads run, and ends at once when it is interrupted" do
    dead = described_class.new(kafka: { "bootstrap.servers": "127.0.0.1:1" })
    counted = 0
    counter = Thread.new { loop { (counted += 1) && Thread.pass } }

    started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    expect { Timeout.timeout(0.5) { dead.read_topic("any", 0, 1) } }.to raise_error(Timeout::Error)
    expect(Process.clock_gettime(Process::CLOCK_MONOTONIC) - started).to be < 3
    expect(counted).to be > 1_000
  ensure
    counter.kill
  end

  it "leaves no trace: no group, no offsets, no topic" do
    topic = create_topic("trace")
    peer.produce(topic, %w[a b])
    admin.read_topic(topic, 0, 2)

    expect(peer.committed("karafka_admin", topic)).to eq({})
    expect(code_of { admin.delete_consumer_group("karafka_admin") }).to eq(:group_id_not_found)
  end
end
