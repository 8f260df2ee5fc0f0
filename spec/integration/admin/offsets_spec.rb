# frozen_string_literal: true

require_relative "admin_helper"

RSpec.describe Karafka::Admin, "offset queries" do
  include AdminExamples

  it "reads watermarks of one partition and of many" do
    topic = create_topic("marks", partitions: 2)
    peer.produce(topic, [{ payload: "a", partition: 1 }, { payload: "b", partition: 1 }])

    expect(admin.read_watermark_offsets(topic, 1)).to eq([0, 2])
    expect(admin.read_watermark_offsets({ topic => [0, 1] })).to eq(topic => { 0 => [0, 0], 1 => [0, 2] })
    expect(admin.read_watermark_offsets({})).to eq({})
  end

  it "names partitions that do not exist" do
    topic = create_topic("marks")

    expect(code_of { admin.read_watermark_offsets(topic, 3) }).to eq(:noent)
    expect(code_of { admin.read_watermark_offsets({ unique("none") => [0] }) }).to eq(:noent)
    expect(code_of do
             admin.read_partition_offsets({ topic => [{ partition: 3, offset: :latest }] })
           end).to eq(:noent)
  end

  it "finds offsets by place and by time" do
    topic = create_topic("offsets", retention_ms: -1)
    peer.produce(topic, [1_000, 3_000, 2_000].map { |time| { payload: "x", timestamp: time } })
    find = lambda do |offset|
      admin.read_partition_offsets({ topic.to_sym => [{ partition: 0, offset: }] }).first
    end

    expect(find.call(:earliest)).to include(topic:, partition: 0, offset: 0, timestamp: -1)
    expect(find.call(:latest)).to include(offset: 3, timestamp: -1)
    expect(find.call(:max_timestamp)).to include(offset: 1, timestamp: 3_000)
    expect(find.call(1_500)).to include(offset: 1, timestamp: 3_000, leader_epoch: Integer)
    expect(find.call(9_000)).to include(offset: -1, timestamp: -1, leader_epoch: nil)
  end

  it "refuses what is no offset" do
    topic = create_topic("offsets")
    query = ->(*queries) { admin.read_partition_offsets({ topic => queries }) }

    expect { query.call({ partition: 0, offset: "latest" }) }.to raise_error(ArgumentError, /"latest"/)
    expect { query.call({ partition: 0, offset: Time.now }) }.to raise_error(ArgumentError)
    expect { query.call({ partition: 0 }) }.to raise_error(KeyError)
    twice = { partition: 0, offset: :latest }
    expect(code_of { query.call(twice, twice) }).to eq(:invalid_arg)
    expect(admin.read_partition_offsets({})).to eq([])
    expect { admin.read_partition_offsets(topic => []) }.to raise_error(ArgumentError)
  end

  it "ends before an open transaction with READ_COMMITTED, behind it otherwise" do
    topic = create_topic("open")
    peer.produce(topic, %w[a b])
    open_transaction(topic)
    latest = lambda do |level|
      query = { topic => [{ partition: 0, offset: :latest }] }
      admin.read_partition_offsets(query, isolation_level: level).first[:offset]
    end

    expect(latest.call(Karafka::Admin::IsolationLevels::READ_COMMITTED)).to eq(2)
    expect(latest.call(Karafka::Admin::IsolationLevels::READ_UNCOMMITTED)).to eq(3)
    expect(latest.call(nil)).to eq(3)
  end
end
