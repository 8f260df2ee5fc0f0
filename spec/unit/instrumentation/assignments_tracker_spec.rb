# frozen_string_literal: true

RSpec.describe Karafka::Instrumentation::AssignmentsTracker, :fresh_app do
  let(:tracker) { described_class.instance }
  let(:topic) { double("topic a", name: "a") }
  let(:other) { double("topic b", name: "b") }
  let(:group) { subscription_group(topic, other) }

  before { Karafka.monitor.subscribe(tracker) }

  def subscription_group(*topics)
    found = topics.dup
    found.define_singleton_method(:find) { |name| detect { |one| one.name == name } }
    double("subscription group", topics: found)
  end

  # @return [Hash] as a client reports it; a new object, as for each rebalance
  def list(partitions)
    partitions.transform_values { |ids| ids.map { |id| double(partition: id) } }
  end

  def publish(name, partitions, subscription_group = group)
    Karafka.monitor.instrument("rebalance.partitions_#{name}", subscription_group:, tpl: list(partitions))
  end

  it "has frozen, sorted lists of what is assigned, and no empty ones" do
    publish("assigned", { "a" => [2, 0], "b" => [1] })
    publish("assigned", { "a" => [1] })
    publish("revoked", { "b" => [1] })

    expect(described_class.current).to eq(topic => [0, 1, 2])
    expect([described_class.current, described_class.current[topic]]).to all(be_frozen)
  end

  it "counts generations, which a revocation does not touch" do
    before = described_class.generation(topic, 0)
    publish("assigned", { "a" => [0, 1] })
    publish("revoked", { "a" => [0, 1] })
    publish("assigned", { "a" => [0] })

    expect([before, *[0, 1].map { |id| described_class.generation(topic, id) }]).to eq([0, 2, 1])
    expect(described_class.generations).to eq(topic => { 0 => 2, 1 => 1 })
    expect(described_class.current).to eq(topic => [0])
  end

  it "lists a partition once that came back" do
    publish("assigned", { "a" => [0] })
    publish("revoked", { "a" => [0] })
    publish("assigned", { "a" => [0] })

    expect(Karafka::App.assignments).to eq(topic => [0])
  end

  it "counts once what a connection told it and then published" do
    assigned = list({ "a" => [0] })
    tracker.assigned(group, assigned)
    Karafka.monitor.instrument("rebalance.partitions_assigned", subscription_group: group, tpl: assigned)

    expect(described_class.generation(topic, 0)).to eq(1)
  end

  it "counts a list anew that comes again after a loss or a revocation" do
    again = list({ "a" => [0] })
    tracker.assigned(group, again)
    tracker.revoked(group, again)
    tracker.assigned(group, again)
    tracker.lost(group)
    tracker.assigned(group, again)

    expect(described_class.generation(topic, 0)).to eq(3)
  end

  it "keeps the same topic of two groups apart" do
    twin = double("topic a of another group", name: "a")
    publish("assigned", { "a" => [0] })
    publish("assigned", { "a" => [1] }, subscription_group(twin))

    expect(described_class.current).to eq(topic => [0], twin => [1])
  end

  it "forgets a connection's partitions when its client is reset" do
    third = double("topic c", name: "c")
    publish("assigned", { "a" => [0], "b" => [0] })
    publish("assigned", { "c" => [0] }, subscription_group(third))
    Karafka.monitor.instrument("client.reset", subscription_group: group) { nil }

    expect(described_class.current).to eq(third => [0])
    expect(described_class.generation(topic, 0)).to eq(1)
  end

  it "forgets them when the assignment was lost against its will" do
    publish("assigned", { "a" => [0] })
    poll = lambda do |lost|
      client = double(assignment_lost?: lost)
      Karafka.monitor.instrument("client.events_poll", caller: client, subscription_group: group)
      described_class.current.dup
    end

    expect([poll.call(false), poll.call(true)]).to eq([{ topic => [0] }, {}])
  end

  it "forgets both when cleared" do
    publish("assigned", { "a" => [0] })
    tracker.clear

    expect([described_class.current, described_class.generations]).to eq([{}, {}])
  end

  it "bounds generations to the topics assigned most recently" do
    stub_const("#{described_class}::GENERATIONS_LIMIT", 2)
    publish("assigned", { "a" => [0] })
    publish("assigned", { "b" => [0] })
    publish("assigned", { "a" => [1] })
    third = double("topic c", name: "c")
    publish("assigned", { "c" => [0] }, subscription_group(third))

    expect(described_class.generations.keys).to eq([topic, third])
  end

  it "hands out copies of generations" do
    publish("assigned", { "a" => [0] })
    copy = described_class.generations
    publish("assigned", { "a" => [1] })

    expect([copy, copy[topic]]).to all(be_frozen)
    expect([copy[topic].size, described_class.generations[topic].size]).to eq([1, 2])
  end

  it "neither raises nor tears for readers during rebalances" do
    moving = Thread.new do
      200.times do
        publish("assigned", { "a" => [0, 1], "b" => [0] })
        publish("revoked", { "a" => [0, 1], "b" => [0] })
      end
    end
    torn = []
    while moving.alive?
      partitions = described_class.current[topic]
      torn << partitions unless [nil, [0, 1]].include?(partitions)
    end
    moving.join

    expect(torn).to be_empty
  end

  it "inspects shortly, also while it is being changed (H-192)" do
    publish("assigned", { "a" => (0..500).to_a })
    text = nil
    tracker.instance_variable_get(:@mutex).synchronize { text = tracker.inspect }

    expect(text).to include("partitions=501").and(satisfy { |one| one.size < 200 })
  end
end
