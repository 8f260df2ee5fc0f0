# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Declaratives::Builder do
  subject(:builder) { described_class.new }

  def declared(name)
    builder.find_topic(name).to_h
  end

  it "declares with one partition and replica, no details, active" do
    builder.draw { topic(:a) }

    expect(declared("a")).to eq(active: true, partitions: 1, replication_factor: 1, details: {})
  end

  it "takes each option" do
    builder.draw do
      topic(:a) do
        partitions 5
        replication_factor 3
        active false
        config("retention.ms" => 1)
        config("cleanup.policy": "compact")
      end
    end

    expect(declared(:a)).to eq(
      active: false, partitions: 5, replication_factor: 3,
      details: { "retention.ms": 1, "cleanup.policy": "compact" }
    )
  end

  it "adds up draws; a topic mentioned again is changed" do
    builder.draw { topic(:a) { [partitions(5), config(x: 1)] } }
    builder.draw { topic("a") { [replication_factor(3), config(y: 2)] } }
    builder.draw { topic(:b) }

    expect(declared(:a)).to eq(active: true, partitions: 5, replication_factor: 3, details: { x: 1, y: 2 })
    expect(builder.topics.map(&:name)).to eq(%w[a b])
  end

  it "runs defaults before the block of each later topic" do
    builder.draw do
      topic(:before)
      defaults { [partitions(5), config(x: 1)] }
      topic(:after) { partitions 6 }
    end

    expect(declared(:before)[:partitions]).to eq(1)
    expect(declared(:after)).to include(partitions: 6, details: { x: 1 })
  end

  it "does not apply defaults again when a declaration is changed" do
    builder.draw { topic(:a) { partitions 6 } }
    builder.defaults { partitions 5 }
    builder.draw { topic(:a) }

    expect(declared(:a)[:partitions]).to eq(6)
  end

  it "answers current defaults" do
    defaults = proc { partitions 5 }
    builder.defaults(&defaults)

    expect(builder.defaults).to be(defaults)
  end

  it "refuses unknown options" do
    expect { builder.draw { topic(:a) { nothing } } }.to raise_error(NoMethodError)
    expect { builder.draw { topic(:b) { retention 1 } } }.to raise_error(NoMethodError)
    expect { builder.draw { nothing } }.to raise_error(NoMethodError)
  end

  it "lists active declarations, the repository all" do
    builder.draw do
      topic(:a) { active false }
      topic(:b)
    end

    expect(builder.topics.map(&:name)).to eq(%w[b])
    expect(builder.repository.map(&:name)).to eq(%w[a b])
  end

  it "finds by Symbol and String, and nothing else" do
    builder.draw { topic(:a) }

    expect(builder.find_topic("a")).to be(builder.find_topic(:a))
    expect(builder.find_topic(:b)).to be_nil
  end

  it "takes topics named after methods" do
    builder.draw { %w[hash send name].each { |name| topic(name) { partitions 2 } } }

    expect(%w[hash send name].map { |name| declared(name)[:partitions] }).to eq([2, 2, 2])
  end
end
