# frozen_string_literal: true

require "logger"
require_relative "../spec_helper"

RSpec.describe "Producing over a network in trouble" do
  let(:proxied_port) { cluster_port + 35 }
  let(:cluster_port) { LocalKafka::Ports.free }
  let(:proxy) { Specs::Proxy.new(proxied_port).tap { |made| cleanups << -> { made.close } } }
  # A listener of its own leads clients through the proxy; the peer looks past it.
  let(:cluster) do
    listeners = { "PLAINTEXT" => cluster_port, "PROXIED" => proxied_port }
    address = ->(name, port) { "#{name}://127.0.0.1:#{port}" }
    own_kafka(
      port: cluster_port,
      set: {
        "listeners" => listeners.merge("CONTROLLER" => cluster_port + 10).map(&address).join(","),
        "advertised.listeners" => listeners.merge("PROXIED" => proxy.port).map(&address).join(","),
        "listener.security.protocol.map" => "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT"
      }
    )
  end
  let(:other) { peer_of("bootstrap.servers" => cluster.settings.bootstrap_servers) }
  let(:topic) { other.create_topic("troubled") }

  def build(**settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": proxy.address, "retry.backoff.ms": 50,
                       "reconnect.backoff.max.ms": 200 }.merge(settings)
      config.max_wait_timeout = 60_000
      config.logger = Logger.new(IO::NULL)
    end
    cleanups << -> { made.close! }
    made
  end

  def numbers(count, from: 0)
    Array.new(count) { |i| { topic:, payload: (from + i).to_s } }
  end

  # Slowly enough for more than one request; 100 messages at once.
  def sent_bit_by_bit(producer, times, from: 0)
    Array.new(times) do |i|
      sleep(0.02)
      producer.produce_many_async(numbers(100, from: from + (i * 100)))
    end.flatten
  end

  def acknowledged(producer)
    {}.tap do |seen|
      producer.monitor.subscribe("message.acknowledged") { |event| seen[event[:offset]] = true }
    end
  end

  def failures(producer)
    [].tap { |seen| producer.monitor.subscribe("error.occurred") { |event| seen << event } }
  end

  it "tells that messages timed out when it stalls, and goes on when it flows again" do
    topic
    producer = build("message.timeout.ms": 2_000, "socket.timeout.ms": 60_000)
    told = failures(producer)
    done = acknowledged(producer)
    expect(producer.produce_sync(topic:, payload: "before").offset).to eq(0)
    proxy.stall(:requests)
    handles = producer.produce_many_async(numbers(20))
    outcomes = handles.map { |handle| handle.wait(raise_response_error: false).error&.code }
    expect(outcomes).to all(eq(:msg_timed_out))
    expect { producer.produce_sync(topic:, payload: "stalled") }
      .to raise_error(WaterDrop::Errors::ProduceError) { |e| expect(e.cause.code).to eq(:msg_timed_out) }
    types = told.map { |event| event[:type] }.tally
    expect(types.slice("librdkafka.dispatch_error", "message.produce_sync"))
      .to eq("librdkafka.dispatch_error" => 21, "message.produce_sync" => 1)
    expect(done.keys).to eq([0])
    proxy.cut # with what it held back
    proxy.resume
    after = producer.produce_sync(topic:, payload: "after")
    kept = other.read(topic, count: after.offset + 1)
    expect(kept.map(&:payload).values_at(0, after.offset)).to eq(%w[before after])
    expect(done.keys).to eq([0, after.offset])
  end

  it "takes the end of a wait for no verdict: the message is there, and is acknowledged later" do
    topic
    producer = build
    told = failures(producer)
    done = acknowledged(producer)
    producer.produce_sync(topic:, payload: "before")
    proxy.stall(:answers)
    expect { producer.with(max_wait_timeout: 300).produce_sync(topic:, payload: "waited for") }
      .to raise_error(WaterDrop::Errors::ProduceError) { |e|
        expect(e.cause).to be_a(Rdkafka::AbstractHandle::WaitTimeoutError)
      }
    expect(told.map { |event| event[:type] }).to eq(["message.produce_sync"])
    expect(other.read(topic, count: 2).map(&:payload)).to eq(["before", "waited for"])
    expect(done.keys).to eq([0])
    proxy.resume
    await("the acknowledgement") { done.key?(1) }
    expect(told.size).to eq(1)
  end

  it "sends a request without an answer again only if message.timeout.ms is above socket.timeout.ms" do
    topic
    late = build("message.timeout.ms": 3_000, "socket.timeout.ms": 60_000)
    patient = build("message.timeout.ms": 60_000, "socket.timeout.ms": 900, "enable.idempotence": true)
    [late, patient].each { |producer| producer.produce_sync(topic:, payload: "before") }
    told = failures(patient)
    proxy.stall(:answers)
    handles = [late, patient].map { |producer| producer.produce_async(topic:, payload: "unconfirmed") }
    expect(handles[0].wait(raise_response_error: false).error.code).to eq(:msg_timed_out)
    await("the end of a request") { told.any? { |event| event[:type] == "librdkafka.error" } }
    proxy.resume
    expect(handles[1].wait(max_wait_timeout_ms: 60_000).error).to be_nil
    expect(other.read(topic, count: 4).map(&:payload).tally).to eq("before" => 2, "unconfirmed" => 2)
  end

  it "aborts while its first message is on its way, or waits for that if so asked" do
    topic
    written = [0, 5_000].map do |wait|
      producer = build("transactional.id": unique("tx"), "linger.ms": 0)
      producer.config.wait_timeout_on_transaction_abort = wait
      aborted = []
      producer.monitor.subscribe("transaction.aborted") { aborted << true }
      producer.produce_sync(topic:, payload: "before")
      proxy.stall(:answers)
      handles = Queue.new
      aborting = Thread.new do
        producer.transaction do
          handles << producer.produce_async(topic:, payload: "gone")
          raise KeyError, "mine"
        end
      rescue KeyError => e
        e.message
      end
      handle = handles.pop
      Thread.pass until aborting.stop?
      proxy.resume
      expect([aborting.value, aborted]).to eq(["mine", [true]])
      producer.produce_sync(topic:, payload: "after")
      handle.wait(raise_response_error: false).error&.code
    end
    expect(written).to eq([:purge_queue, nil])
    expect(other.read(topic, count: 5, within: 3).map(&:payload)).to eq(%w[before after] * 2)
  end

  it "writes once what the broker has but could not confirm, with idempotence" do
    topic
    # In one request: of several, only as many are under way as may be without an answer.
    producer = build("enable.idempotence": true, "linger.ms": 500)
    done = acknowledged(producer)
    producer.produce_sync(topic:, payload: "before")
    proxy.stall(:answers)
    handles = producer.produce_many_async(numbers(50))
    expect(other.read(topic, count: 51).size).to eq(51)
    expect([handles.count(&:pending?), done.size]).to eq([50, 1])
    proxy.cut
    proxy.resume
    handles.each { |handle| expect(handle.wait(max_wait_timeout_ms: 30_000).error).to be_nil }
    producer.produce_sync(topic:, payload: "last")
    kept = other.read(topic, count: 52).map(&:payload)
    expect(kept).to eq(["before", *Array.new(50, &:to_s), "last"])
    expect(done.keys).to eq((0..51).to_a)
  end

  it "loses, doubles and reorders nothing when connections are cut again and again, with idempotence" do
    topic
    producer = build("enable.idempotence": true)
    done = acknowledged(producer)
    proxy.cut_after(1_000..60_000)
    handles = []
    await("many cuts", within: 60) do
      handles.concat(sent_bit_by_bit(producer, 10, from: handles.size))
      handles.each { |handle| expect(handle.wait(max_wait_timeout_ms: 60_000).error).to be_nil }
      proxy.cuts > 5 && handles.size >= 4_000
    end
    count = handles.size
    expect(other.read(topic, count:).map(&:payload)).to eq(Array.new(count, &:to_s))
    expect(done.keys).to match_array((0...count).to_a)
  end

  it "reports the place of a message only if it is there, without idempotence" do
    topic
    producer = build("enable.idempotence": false, "batch.num.messages": 100)
    proxy.cut_after(1_000..8_000)
    offsets = []
    await("many cuts", within: 60) do
      handles = sent_bit_by_bit(producer, 10, from: offsets.size)
      offsets.concat(handles.map { |handle| handle.wait(max_wait_timeout_ms: 60_000).offset })
      proxy.cuts > 5 && offsets.size >= 2_000
    end
    proxy.cut_after(nil)
    last = producer.produce_sync(topic:, payload: "last").offset
    kept = other.read(topic, count: last + 1).map(&:payload)
    expect(kept.values_at(*offsets)).to eq(Array.new(offsets.size, &:to_s))
  end
end
