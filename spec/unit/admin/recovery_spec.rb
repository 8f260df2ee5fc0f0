# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Admin::Recovery do
  let(:partitions) { Array.new(50) { |id| { partition_id: id, leader: id % 3 } } }
  let(:recovery) { described_class.new }

  before do
    brokers = [0, 1].map { |id| { broker_id: id, broker_name: "host#{id}", broker_port: 9092 } }
    topics = [{ topic_name: "__consumer_offsets", partitions: }]
    allow(recovery).to receive(:cluster_info).and_return(Rdkafka::Metadata.new(brokers, topics))
  end

  it "hashes names as Java does" do
    # Values of `Math.abs("...".hashCode()) % 50`.
    { "a" => 47, "hello" => 22, "ä" => 28, "polygenelubricants" => 0 }.each do |name, partition|
      expect(recovery.offsets_partition_for(name)).to eq(partition), name
    end
  end

  it "finds the coordinator of a group" do
    # Partition 22 is led by broker 1.
    expect(recovery.coordinator_for("hello")).to eq(broker_id: 1, broker_host: "host1:9092", partition: 22)
  end

  it "says so when the leader is not among the brokers, or the topic is missing" do
    # Partition 47 is led by broker 2, which is away.
    expect do
      recovery.coordinator_for("a")
    end.to raise_error(described_class::Errors::MetadataError, /partition 47/)
    allow(recovery).to receive(:cluster_info).and_return(Rdkafka::Metadata.new([], []))
    expect { recovery.coordinator_for("a") }.to raise_error(described_class::Errors::MetadataError)
  end

  it "lists what a broker leads" do
    expect(recovery.affected_partitions(2)).to eq((0...50).select { |id| id % 3 == 2 })
    expect(recovery.affected_partitions(9)).to eq([])
  end
end
