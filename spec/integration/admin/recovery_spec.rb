# frozen_string_literal: true

require_relative "admin_helper"

RSpec.describe Karafka::Admin::Recovery do
  include AdminExamples

  let(:since) { Time.now - 600 }

  it "finds the partition that keeps a group's offsets, whatever the group is called" do
    topic = create_topic("recovery")
    groups = [unique("plain"), "gruppe-ä-#{unique("x")}", "グループ-#{unique("x")}", "😀-#{unique("x")}"]

    groups.each do |group|
      peer.commit(group, topic, { 0 => 1 })
      partition = described_class.offsets_partition_for(group)
      expect(described_class.affected_groups(partition, last_committed_at: since)).to include(group)
    end
  end

  it "reads committed offsets without the coordinator, the last ones, fit for a seek" do
    topic = create_topic("recovery", partitions: 2)
    other = create_topic("recovery")
    group = unique("group")
    peer.commit(group, topic, { 0 => 5, 1 => 2 })
    peer.commit(group, topic, { 0 => 7 })
    peer.commit(group, other, { 0 => 1 })
    offsets = described_class.read_committed_offsets(group, last_committed_at: since)

    expect(offsets).to eq([[other, { 0 => 1 }], [topic, { 0 => 7, 1 => 2 }]].sort.to_h)
    expect(offsets.keys).to eq([topic, other].sort)
    rescued = unique("rescued")
    expect(admin.seek_consumer_group(rescued, offsets)).to be(true)
    expect(peer.committed(rescued, topic)).to eq(0 => 7, 1 => 2)
    expect(described_class.read_committed_offsets(unique("none"), last_committed_at: since)).to eq({})
  end

  it "forgets groups that were deleted" do
    topic = create_topic("recovery")
    group = unique("group")
    peer.commit(group, topic, { 0 => 5 })
    admin.delete_consumer_group(group)

    partition = described_class.offsets_partition_for(group)
    expect(described_class.affected_groups(partition, last_committed_at: since)).not_to include(group)
    expect(described_class.read_committed_offsets(group, last_committed_at: since)).to eq({})
  end

  it "finds coordinators and what a broker leads" do
    peer.commit(unique("group"), create_topic("recovery"), { 0 => 5 })
    broker = admin.cluster_info.brokers.first[:broker_id]
    group = unique("group")

    expect(described_class.coordinator_for(group)).to eq(
      broker_id: broker, broker_host: kafka, partition: described_class.offsets_partition_for(group)
    )
    all = admin.topic_info("__consumer_offsets")[:partition_count]
    expect(described_class.affected_partitions(broker)).to eq((0...all).to_a)
    expect(described_class.affected_partitions(broker + 99)).to eq([])
  end
end
