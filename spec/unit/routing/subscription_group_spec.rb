# frozen_string_literal: true

require_relative "routes_context"

RSpec.describe Karafka::Routing::SubscriptionGroup do
  include_context "with empty routes"

  let(:group) { routes.first.subscription_groups.first }
  let(:environment) { Karafka.env.dup }

  before { environment }
  after { Karafka.env.replace(environment) }

  it "reads as its topics say" do
    draw("a") { [max_messages(5), max_wait_time(50), batch_linger(7)] }

    expect([group.max_messages, group.max_wait_time, group.batch_linger]).to eq([5, 50, 7])
    expect([group.group, group.consumer_group].map(&:id)).to eq(%w[group group])
    expect(group.to_s).to eq(group.id)
    expect(group.assignments(Object.new)).to be(false)
  end

  describe "#subscriptions" do
    it "lists the topics that this process runs" do
      draw("a", "b")
      draw("c") { active false }
      expect(group.subscriptions).to eq(%w[a b])

      activity_manager.exclude(:topics, "a")
      expect(group.subscriptions).to eq(%w[b])
      expect(group.topics.map(&:name)).to eq(%w[a b c])
    end
  end

  describe "#active?" do
    it "is false without an active topic, or when group or connection are filtered" do
      draw("a") { active false }
      expect(group.active?).to be(false)

      draw("b")
      group = routes.first.subscription_groups.first
      expect(group.active?).to be(true)
      activity_manager.exclude(:subscription_groups, group.name)
      expect(group.active?).to be(false)
    end
  end

  describe "#kafka" do
    it "is frozen, has what consumers take and what every connection has unless set" do
      draw("a")

      expect(group.kafka).to be_frozen
      expect(group.kafka).to eq(
        "bootstrap.servers": "127.0.0.1:9092", "statistics.interval.ms": 5_000,
        "client.software.name": "karafka",
        "client.software.version": "#{Karafka::VERSION}-#{Karafka::NATIVE_VERSION}",
        "max.poll.interval.ms": 300_000, "socket.nagle.disable": true, "allow.auto.create.topics": "true",
        "topic.metadata.refresh.interval.ms": 5_000, "client.id": "karafka", "group.id": "group",
        "auto.offset.reset": "earliest", "enable.auto.offset.store": false
      )
    end

    it "is what librdkafka takes, with either protocol" do
      draw("a") { kafka(inherit: true, "group.instance.id": "host", "fetch.min.bytes": 1) }
      draw("b") { kafka(inherit: true, "group.protocol": "consumer") }

      refused = routes.first.subscription_groups.map { |drawn| Karafka::Native.validate_kafka(drawn.kafka) }
      expect(refused).to eq([nil, nil])
    end

    it "drops what only producers take" do
      config.kafka = config.kafka.merge("compression.codec": "lz4")
      draw("a")

      expect(group.kafka).not_to have_key(:"compression.codec")
      expect(group.topics.first.kafka).to have_key(:"compression.codec")
    end

    it "keeps what is set, false and nil too, but the storing of offsets" do
      settings = {
        "statistics.interval.ms": 0, "max.poll.interval.ms": 1, "socket.nagle.disable": false,
        "allow.auto.create.topics": nil,
        "topic.metadata.refresh.interval.ms": 1,
        "client.id": "me", "group.id": "ours", "auto.offset.reset": "error"
      }
      draw("a") { kafka(inherit: true, **settings, "enable.auto.offset.store": true) }

      expect(group.kafka).to include(**settings, "enable.auto.offset.store": false)
      expect([group.group_id, group.consumer_group_id, group.client_id]).to eq(%w[ours ours me])
    end

    it "injects no development settings in production" do
      Karafka.env.replace("production")
      draw("a")

      expect(group.kafka.keys & %i[allow.auto.create.topics topic.metadata.refresh.interval.ms]).to be_empty
    end

    it "injects nothing that the protocol of server-side assignment excludes" do
      draw("a") { kafka(inherit: true, "group.protocol": "consumer") }

      expect(group.kafka.keys & Karafka::Contracts::Topic::CLASSIC_ONLY).to be_empty
    end

    it "has defaults for other clusters too" do
      draw("a") { kafka("bootstrap.servers": "other:1") }

      expect(group.kafka).to include("bootstrap.servers": "other:1", "socket.nagle.disable": true)
    end

    it "makes static members of several connections and forked nodes differ" do
      draw("a") { kafka(inherit: true, "group.instance.id": "host") }
      expect(group.kafka[:"group.instance.id"]).to eq("host_#{group.position}")

      config.swarm.node = Struct.new(:id).new(0)
      expect(group.refresh.kafka[:"group.instance.id"]).to eq("host_0_#{group.position}")
    end

    it "starts from the topic's initial offset" do
      draw("a") { initial_offset "latest" }

      expect(group.kafka[:"auto.offset.reset"]).to eq("latest")
    end

    it "leaves the topic's settings as they are" do
      draw("a")

      expect(group.topics.first.kafka).to eq("bootstrap.servers": "127.0.0.1:9092")
    end
  end

  describe "what a process runs" do
    def running
      Karafka::App.subscription_groups.to_h do |group, connections|
        [group.name, connections.flat_map(&:subscriptions)]
      end
    end

    before do
      draw("a", "b", group: "one")
      draw("c", group: "two")
      draw("d", group: "three") { active false }
    end

    it "is every group with an active topic" do
      expect(running).to eq("one" => %w[a b], "two" => %w[c])
    end

    it "is what the filters leave, routes staying whole" do
      before = routes.map(&:to_h).map { |group| group[:topics].map { |topic| topic[:name] } }
      activity_manager.include(:topics, "b")

      expect(running).to eq("one" => %w[b])
      expect(routes.map(&:to_h).map { |group| group[:topics].map { |topic| topic[:name] } }).to eq(before)
      expect(Karafka::Routing::Router.find_by(name: "c").name).to eq("c")
      expect { routes.draw }.not_to raise_error

      activity_manager.clear
      expect(running).to eq("one" => %w[a b], "two" => %w[c])
    end
  end
end
