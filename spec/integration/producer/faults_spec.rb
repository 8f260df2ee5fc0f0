# frozen_string_literal: true

require "json"
require "logger"
require_relative "../spec_helper"

RSpec.describe "Producing while Kafka is in trouble" do
  def build(servers, **settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": servers }.merge(settings)
      config.max_wait_timeout = 40_000
      config.logger = Logger.new(IO::NULL)
    end
    cleanups << -> { made.close! }
    made
  end

  def failures(producer)
    seen = Queue.new
    producer.monitor.subscribe("error.occurred") { |event| seen << event }
    -> { Array.new(seen.size) { seen.pop } }
  end

  it "delivers what was produced before the broker was there" do
    port = LocalKafka::Ports.free
    producer = build("127.0.0.1:#{port}")
    told = failures(producer)
    handle = producer.produce_async(topic: "early", payload: "1")
    await("an error of the connection") { told.call.any? { |event| event[:type] == "librdkafka.error" } }
    own_kafka(port:)
    expect(handle.wait(max_wait_timeout_ms: 40_000).offset).to be >= 0
  end

  it "reports nothing delivered that is not there when a broker is killed and comes back" do
    cluster = own_kafka
    servers = cluster.settings.bootstrap_servers
    other = peer_of("bootstrap.servers" => servers)
    topic = other.create_topic("killed")
    producer = build(servers, "enable.idempotence": true)
    delivered = Queue.new
    producer.monitor.subscribe("message.acknowledged") { |event| delivered << event[:offset] }
    stop = false
    writer = Thread.new do
      number = 0
      until stop
        producer.produce_async(topic:, payload: (number += 1).to_s)
        sleep(0.001)
      end
      number
    end
    await("deliveries") { delivered.size > 200 }
    cluster.nodes.first.signal("KILL")
    cluster.nodes.first.await_end(within: 10)
    before = delivered.size
    cluster.start
    await("deliveries after the restart") { delivered.size > before + 200 }
    stop = true
    total = writer.value
    expect(producer.close).to eq(:closed)
    kept = other.read(topic, count: total)
    expect(delivered.size).to eq(total)
    expect(kept.map { |message| message.payload.to_i }).to eq((1..total).to_a)
  end

  it "goes on when the leader moves" do
    cluster = own_kafka(brokers: 3)
    servers = cluster.settings.bootstrap_servers
    other = peer_of("bootstrap.servers" => servers)
    topic = other.create_topic("moved", partitions: 3, replication: 3)
    producer = build(servers, acks: "all")
    3.times { |i| producer.produce_sync(topic:, payload: "before", partition: i) }
    cluster.nodes.first.signal("KILL")
    reports = producer.produce_many_sync(Array.new(60) { |i| { topic:, payload: i.to_s, partition: i % 3 } })
    expect(reports.map { |handle| handle[:response] }.uniq).to eq([0])
    expect(other.read(topic, count: 63).size).to eq(63)
  end

  describe "with authentication" do
    let(:cluster) { own_kafka(acl: true, sasl_ssl: true) }
    let(:topic) { peer_of("bootstrap.servers" => cluster.settings.bootstrap_servers).create_topic("guarded") }
    let(:tls) do
      { "security.protocol": "SASL_SSL",
        "ssl.ca.location": File.join(cluster.settings.data, "tls", "ca.pem") }
    end

    it "tells what an ACL refuses, over SCRAM" do
      topic
      user, secret = LocalKafka::Properties::USERS.find { |name, _| name != "admin" }
      producer = build(cluster.settings.sasl_ssl_servers, **tls, "sasl.mechanism": "SCRAM-SHA-256",
                                                                 "sasl.username": user,
                                                                 "sasl.password": secret)
      told = failures(producer)
      acknowledged = 0
      producer.monitor.subscribe("message.acknowledged") { acknowledged += 1 }
      expect { producer.produce_sync(topic:, payload: "1") }
        .to raise_error(WaterDrop::Errors::ProduceError) { |error|
          expect(error.cause.code).to eq(:topic_authorization_failed)
        }
      expect(told.call.map { |event| event[:type] })
        .to include("librdkafka.dispatch_error", "message.produce_sync")
      expect(acknowledged).to eq(0)
    end

    it "asks the listener for OAUTHBEARER tokens before it connects" do
      topic
      asked = []
      listener = Object.new
      listener.define_singleton_method(:on_oauthbearer_token_refresh) do |event|
        asked << Thread.current
        encode = ->(value) { [JSON.generate(value)].pack("m0").tr("+/", "-_").delete("=") }
        claims = { sub: "admin", iat: Time.now.to_i, exp: Time.now.to_i + 600 }
        token = "#{encode.call({ alg: "none" })}.#{encode.call(claims)}."
        event[:bearer].oauthbearer_set_token(
          token:, lifetime_ms: (Time.now.to_i + 600) * 1_000, principal_name: "admin"
        )
      end
      connected = nil
      producer = build(cluster.settings.sasl_ssl_servers, **tls, "sasl.mechanism": "OAUTHBEARER")
      producer.config.oauth.token_provider_listener = listener
      producer.monitor.subscribe("producer.connected") { connected = asked.size }
      expect(producer.produce_sync(topic:, payload: "1").offset).to eq(0)
      expect([connected, asked.first]).to eq([1, Thread.current])
    end

    it "tells why no token could be had, and that nobody gave one" do
      silent = ->(_event) {}
      refusing = ->(event) { event[:bearer].oauthbearer_set_token_failure("the vault is shut") }
      told = [refusing, silent].map do |refresh|
        listener = Object.new
        listener.define_singleton_method(:on_oauthbearer_token_refresh) { |event| refresh.call(event) }
        producer = build(cluster.settings.sasl_ssl_servers, **tls, "sasl.mechanism": "OAUTHBEARER")
        producer.config.oauth.token_provider_listener = listener
        events = failures(producer)
        seen = []
        producer.client
        await("what librdkafka says") do
          seen.concat(events.call).any? { |event| event[:error].code == :authentication }
        end
        seen.map { |event| event[:error].message }.join
      end
      expect(told).to match([/the vault is shut/, /no listener gave a token/])
    end
  end

  it "tells that a topic does not exist" do
    cluster = own_kafka(auto_create: false)
    producer = build(cluster.settings.bootstrap_servers, "message.timeout.ms": 20_000)
    told = failures(producer)
    expect { producer.produce_sync(topic: "missing", payload: "1") }
      .to raise_error(WaterDrop::Errors::ProduceError) { |error|
        expect(error.cause.code).to eq(:unknown_topic).or eq(:unknown_topic_or_part).or eq(:msg_timed_out)
      }
    expect(told.call.map do |event|
             event[:type]
           end).to include("librdkafka.dispatch_error", "message.produce_sync")
    expect(producer.partition_count("missing")).to eq(-1)
  end
end
