# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Declaratives::Topic do
  subject(:topic) { described_class.new(:events) }

  it "has a String as name" do
    expect(topic.name).to eq("events")
  end

  it "reads without an argument and writes with one, nil and false included" do
    expect([topic.active, topic.partitions, topic.replication_factor]).to eq([true, 1, 1])
    topic.active(false)
    topic.partitions(nil)
    topic.replication_factor(2)
    expect([topic.active, topic.active?, topic.partitions,
            topic.replication_factor]).to eq([false, false, nil, 2])
  end

  it "has writers" do
    topic.active = false
    topic.partitions = 2
    topic.replication_factor = 3
    topic.details = { a: 1 }
    topic.bootstrap_servers = "other:1"

    expect(topic.to_h).to eq(active: false, partitions: 2, replication_factor: 3, details: { a: 1 })
    expect(topic.bootstrap_servers).to eq("other:1")
  end

  it "merges settings, with Symbol keys, and shares none with another declaration" do
    topic.config("a" => 1)
    topic.config(b: 2)

    expect(topic.config).to eq(a: 1, b: 2)
    expect(described_class.new("other").details).to eq({})
  end

  it "is its own declaration" do
    expect(topic.declaratives).to be(topic)
  end
end
