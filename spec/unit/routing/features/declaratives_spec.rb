# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::Declaratives do
  include_context "with empty routes"

  it "declares each routed topic, with one partition and replica unless told" do
    topic = draw_topic

    expect(declaratives.topics.map(&:name)).to eq(%w[events])
    expect(topic.config.to_h).to eq(active: true, partitions: 1, replication_factor: 1, details: {})
    expect(topic.config).to be(topic.declaratives).and be(declaratives.find_topic("events"))
    expect(topic).to be_declaratives
  end

  it "takes the first call as a whole" do
    topic = draw_topic do
      config(partitions: 2, "retention.ms": 5)
      config(replication_factor: 3, active: false)
    end

    expect(topic.to_h[:declaratives])
      .to eq(active: true, partitions: 2, replication_factor: 1, details: { "retention.ms": 5 })
  end

  it "locks nothing in by reading before it is set" do
    expect(draw_topic { [config.partitions, config(partitions: 5)] }.config.partitions).to eq(5)
  end

  it "symbolizes String keys of details" do
    expect(draw_topic { config("retention.ms" => 5) }.config.details).to eq("retention.ms": 5)
  end

  it "hides a topic from commands without stopping its consumption" do
    topic = draw_topic { config(active: false) }

    expect([topic.active?, topic.declaratives?, declaratives.topics]).to eq([true, false, []])
  end

  {
    active: [nil, 1,
             "true"], partitions: [0, -1, 1.5, "1", nil, true], replication_factor: [0, -1, 1.5, "1", nil]
  }.each do |option, values|
    values.each do |value|
      it "refuses #{option} #{value.inspect}" do
        expect { draw("events") { config(option => value) } }
          .to refuse("routes.group.events.declaratives.#{option}": /needs to be/)
      end
    end
  end

  it "checks what a routed topic is declared as apart from routes" do
    declaratives.draw { topic(:events) { partitions 0 } }

    expect { draw("events") }.to refuse("routes.group.events.declaratives.partitions": /0/)
  end

  describe "of one name declared twice" do
    it "keeps the earlier, standalone declaration" do
      declaratives.draw { topic(:x) { partitions 20 } }
      draw("x") { config(partitions: 99) }

      expect(declaratives.find_topic(:x).partitions).to eq(20)
    end

    it "lets a later standalone declaration change the routed one" do
      draw("x") { config(partitions: 99) }
      declaratives.draw { topic(:x) { partitions 20 } }

      expect(declaratives.find_topic(:x).partitions).to eq(20)
    end

    it "keeps the earlier of two routed ones" do
      draw("x", group: "one") { config(partitions: 2) }
      draw("x", group: "two") { config(partitions: 3) }

      expect(routes.map { |group| group.topics.first.config.partitions }).to eq([2, 2])
    end

    it "keeps it over a redraw, until the repository is cleared" do
      draw("x") { config(partitions: 2) }
      routes.clear
      draw("x") { config(partitions: 7) }
      expect(declaratives.find_topic("x").partitions).to eq(2)

      routes.clear
      declaratives.repository.clear
      draw("x") { config(partitions: 7) }
      expect(declaratives.find_topic("x").partitions).to eq(7)
    end
  end

  it "keeps the cluster of the first route where two differ" do
    draw("a", group: "one") { kafka("bootstrap.servers": "first:1") }
    draw("a", group: "two") { kafka("bootstrap.servers": "second:1") }

    expect(declaratives.find_topic("a").bootstrap_servers).to eq("first:1")
  end

  it "stores the cluster of a routed topic; others belong to the root one" do
    draw("a") { kafka("bootstrap.servers": "other:1") }
    declaratives.draw { topic(:b) }

    expect(%w[a b].map { |name| declaratives.find_topic(name).bootstrap_servers }).to eq(["other:1", nil])
  end
end
