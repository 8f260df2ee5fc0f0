# frozen_string_literal: true

require "timeout"
require_relative "admin_helper"

RSpec.describe Karafka::Admin::Reader do
  include AdminExamples

  # Its messages carry times of 1970, long beyond any retention.
  let(:topic) { create_topic("reader", partitions: 2, retention_ms: -1) }
  let(:group) { unique("group") }

  def list(offsets)
    Rdkafka::Consumer::TopicPartitionList.new.tap do |one|
      one.add_topic_and_partitions_with_offsets(topic, offsets)
    end
  end

  def offsets(found) = found.to_h.fetch(topic).to_h { |one| [one.partition, one.offset] }

  # Payloads until the end of the first partition that has one.
  def drain(reader)
    read = []
    loop { reader.poll(1_000)&.then { |message| read << message.raw_payload } }
  rescue Rdkafka::RdkafkaError => e
    raise unless e.is_partition_eof?

    [read, e.details]
  end

  before do
    peer.produce(topic, %w[a b c].map do |payload|
                          { payload:, partition: 0, timestamp: payload.ord * 1_000 }
                        end)
  end

  it "reads what is assigned, and says where it ends" do
    admin.with_consumer("group.id": group) do |reader|
      reader.assign(list({ 0 => 1 }))

      expect(drain(reader)).to eq([%w[b c], { topic:, partition: 0, offset: 3 }])
      expect(reader.poll(10)).to be_nil
      expect(offsets(reader.position)).to eq(0 => 3)
      expect(reader.assignment.to_h.keys).to eq([topic])
    end
  end

  it "seeks, pauses and resumes" do
    admin.with_consumer("group.id": group) do |reader|
      reader.assign(list({ 0 => 0 }))
      expect(reader.poll(10_000).raw_payload).to eq("a")
      reader.seek_by(topic, 0, 2)
      expect(drain(reader).first).to eq(%w[c])

      reader.pause({ topic => [0] })
      peer.produce(topic, [{ payload: "d", partition: 0 }])
      expect(reader.poll(1_000)).to be_nil
      reader.resume({ topic => [0] })
      expect(drain(reader).first).to eq(%w[d])
    end
  end

  it "joins a group, stores, commits and reads back" do
    admin.with_consumer("group.id": group, "auto.offset.reset": "earliest") do |reader|
      reader.subscribe(topic)
      message = await("a message") do
        reader.poll(200)
      rescue Rdkafka::RdkafkaError => e
        raise unless e.is_partition_eof?
      end

      expect(reader.subscription).to eq([topic])
      expect(reader.commit_offsets).to be(true)
      expect(peer.committed(group, topic)).to eq({})
      expect(reader.store_offset(message)).to be(true)
      expect(reader.commit_offsets).to be(true)
      expect(offsets(reader.committed)).to eq(0 => 1, 1 => nil)
    end
    expect(peer.committed(group, topic)).to eq(0 => 1)
    # The group was left: its offsets can be moved at once.
    expect(admin.seek_consumer_group(group, { topic => { 0 => 2 } })).to be(true)
  end

  it "ends a poll at once when its thread is interrupted" do
    admin.with_consumer("group.id": group, "enable.partition.eof": false) do |reader|
      reader.assign(list({ 1 => 0 }))
      started = admin.monotonic_now

      expect { Timeout.timeout(0.3) { reader.poll(60_000) } }.to raise_error(Timeout::Error)
      expect(admin.monotonic_now - started).to be < 5_000
      reader.assign(list({ 0 => 0 }))
      expect(reader.poll(10_000).raw_payload).to eq("a")
    end
  end

  it "stores nothing for partitions that are not its own" do
    admin.with_consumer("group.id": group) do |reader|
      reader.assign(list({ 1 => 0 }))
      message = Struct.new(:topic, :partition, :offset).new(topic, 0, 5)

      expect(reader.store_offset(message)).to be(false)
    end
  end

  it "answers questions about offsets and the cluster" do
    admin.with_consumer("group.id": group) do |reader|
      expect(reader.query_watermark_offsets(topic, 0)).to eq([0, 3])
      expect(offsets(reader.offsets_for_times(list({ 0 => Time.at("b".ord) })))).to eq(0 => 1)
      expect(offsets(reader.offsets_for_times(list({ 0 => Time.now })))).to eq(0 => nil)
      expect(reader.lag(list({ 0 => 1, 1 => nil }))).to eq(topic => { 0 => 2 })
      expect(reader.metadata(topic).topics.first[:topic_name]).to eq(topic)
    end
  end
end
