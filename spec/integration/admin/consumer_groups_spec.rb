# frozen_string_literal: true

require_relative "admin_helper"

RSpec.describe Karafka::Admin::ConsumerGroups do
  include AdminExamples

  let(:group) { unique("group") }

  def offsets(topic, of: group)
    admin.read_lags_with_offsets({ of => [topic] })[of][topic].transform_values { |own| own[:offset] }
  end

  it "moves a group to an offset, to both ends, and shows it in the lags" do
    topic = create_topic("seek", partitions: 2)
    peer.produce(topic, [{ payload: "a", partition: 0 }, { payload: "b", partition: 0 }])

    expect(admin.seek_consumer_group(group, { topic.to_sym => 1 })).to be(true)
    expect(admin.read_lags_with_offsets({ group => [topic] })).to eq(
      group => { topic => { 0 => { offset: 1, lag: 1 }, 1 => { offset: 1, lag: -1 } } }
    )
    expect(described_class.seek(group, topic => { 0 => "latest", 1 => :earliest })).to be(true)
    expect(offsets(topic)).to eq(0 => 2, 1 => 0)
    expect(described_class.seek(group, { topic => false })).to be(true)
    expect(offsets(topic)).to eq(0 => 0, 1 => 0)
    expect(peer.committed(group, topic)).to eq(0 => 0, 1 => 0)
  end

  it "moves a group to a time, which past the end is the high watermark, in all partitions" do
    topic = create_topic("seek", partitions: 10, retention_ms: -1)
    old = { timestamp: 1_000 }
    peer.produce(topic, Array.new(10) { |one| { payload: "x", partition: one, **old } })
    peer.produce(topic, [{ payload: "y", partition: 3, timestamp: (Time.now.to_f * 1_000).to_i }])

    described_class.seek(group, { topic => Time.now - 600 })
    expect(offsets(topic)).to eq(Array.new(10) { |one| [one, 1] }.to_h)
    described_class.seek(group, { topic => Time.now + 3_600 })
    expect(offsets(topic)).to eq(Array.new(10) { |one| [one, one == 3 ? 2 : 1] }.to_h)
  end

  it "leaves alone what it is not told, and changes none of its arguments" do
    topic = create_topic("seek", partitions: 3)
    wanted = { topic => { 0 => 5, 1 => nil, 2 => -1 }.freeze }.freeze

    expect(described_class.seek(group, wanted)).to be(true)
    expect(offsets(topic)).to eq(0 => 5, 1 => -1, 2 => -1)
    expect(described_class.seek(group, {})).to be(true)
  end

  it "names unknown topics and partitions, and positions that are none" do
    topic = create_topic("seek")

    expect(code_of { described_class.seek(group, { unique("none") => 1 }) }).to eq(:unknown_topic_or_part)
    expect(code_of { described_class.seek(group, { topic => { 9 => 1 } }) }).to eq(:unknown_topic_or_part)
    expect(code_of do
             described_class.seek(group, { topic => { 9 => :latest } })
           end).to eq(:unknown_topic_or_part)
    expect(code_of { described_class.seek(group, { topic => { 9 => Time.now } }) }).to eq(:unknown_partition)
    expect { described_class.seek(group, { topic => true }) }.to raise_error(TypeError)
    expect { described_class.seek(group, { topic => "middle" }) }.to raise_error(TypeError, /middle/)
  end

  it "answers false for a group that runs, whose offsets stay" do
    topic = create_topic("running")
    peer.produce(topic, %w[a b c])
    peer.commit(group, topic, { 0 => 2 })
    peer.join("member", group, topic, settings: { "enable.auto.commit" => false })
    await("the assignment") { peer.assigned("member") == [[topic, 0]] }

    expect(described_class.seek(group, { topic => 0 })).to be(false)
    expect(code_of { described_class.delete(group) }).to eq(:non_empty_group)
    peer.leave("member")
    expect(peer.committed(group, topic)).to eq(0 => 2)
  end

  it "reads lags of topics that are unknown, and of those never consumed" do
    topic = create_topic("lags")
    none = unique("none")
    lags = admin.read_lags_with_offsets({ group => [topic, none], unique("other") => [] })

    expect(lags).to eq(group => { topic => { 0 => { offset: -1, lag: -1 } }, none => {} })
    expect(lags["unheard of"]).to eq({})
    expect { admin.read_lags_with_offsets(group => [topic]) }.to raise_error(ArgumentError)
  end

  it "reads lags of the routed groups, of inactive topics on demand" do
    busy = create_topic("routed")
    idle = create_topic("routed")
    name = group
    Karafka::App.routes.draw do
      consumer_group(name) do
        topic(busy) { consumer Class.new(Karafka::BaseConsumer) }
        topic(idle) do
          active(false)
          consumer Class.new(Karafka::BaseConsumer)
        end
      end
    end

    expect(admin.read_lags_with_offsets[group].keys).to eq([busy])
    expect(admin.read_lags_with_offsets({}, active_topics_only: false)[group].keys).to eq([busy, idle])
  ensure
    Karafka::App.routes.clear
  end

  it "copies offsets; false only if none of the topics exists" do
    topic = create_topic("copy", partitions: 2)
    copy = unique("copy")
    peer.commit(group, topic, { 1 => 7 })
    peer.commit(copy, topic, { 0 => 3 })

    expect(described_class.copy(group, copy, [topic, unique("none")])).to be(true)
    expect(peer.committed(copy, topic)).to eq(0 => 3, 1 => 7)
    expect(described_class.copy(unique("silent"), copy, [topic])).to be(true)
    expect(described_class.copy(group, copy, [unique("none")])).to be(false)
    expect(described_class.copy(group, copy, [])).to be(false)
  end

  it "renames a group, and keeps the old one on demand" do
    topic = create_topic("rename")
    first = unique("first")
    second = unique("second")
    peer.commit(group, topic, { 0 => 7 })

    expect(described_class.rename(group, first, [topic], delete_previous: false)).to be(true)
    expect(peer.committed(group, topic)).to eq(0 => 7)
    expect(admin.rename_consumer_group(group, second, [topic])).to be(true)
    expect(peer.committed(second, topic)).to eq(0 => 7)
    expect(code_of { described_class.delete(group) }).to eq(:group_id_not_found)
    expect(described_class.rename(first, second, [unique("none")])).to be(false)
    expect(peer.committed(first, topic)).to eq(0 => 7)
  end

  it "keeps the old group when the new one runs" do
    topic = create_topic("rename")
    running = unique("running")
    peer.commit(group, topic, { 0 => 7 })
    peer.join("member", running, topic, settings: { "enable.auto.commit" => false })
    await("the assignment") { peer.assigned("member") == [[topic, 0]] }

    expect(described_class.rename(group, running, [topic])).to be(false)
    expect(peer.committed(group, topic)).to eq(0 => 7)
  ensure
    peer.leave("member")
  end

  it "reports a deleted group" do
    topic = create_topic("delete")
    peer.commit(group, topic, { 0 => 7 })

    expect(described_class.delete(group)).to have_attributes(result_name: group, error_string: nil)
    expect(peer.committed(group, topic)).to eq({})
  end

  it "makes a routed group rebalance twice, and refuses one that is not routed" do
    topic = create_topic("rebalance")
    name = group
    Karafka::App.routes.draw do
      consumer_group(name) { topic(topic) { consumer Class.new(Karafka::BaseConsumer) } }
    end
    app = run_app(<<~RUBY, { "GROUP" => group, "TOPIC" => topic })
      require "karafka"
      class Reader < Karafka::BaseConsumer; def consume; end; end
      Karafka::App.setup do |config|
        config.kafka = { "bootstrap.servers": ENV["KAFKA"] }
        config.producer = Struct.new(:config) { def close; end }.new
      end
      Karafka.monitor.subscribe("rebalance.partitions_assigned") { puts "assigned" }
      Karafka::App.routes.draw { consumer_group(ENV["GROUP"]) { topic(ENV["TOPIC"]) { consumer Reader } } }
      Karafka::Server.run
    RUBY
    app.await_line("assigned")
    before = app.lines.size
    Thread.new { admin.trigger_rebalance(group) }.join(20)

    app.await_line("assigned", after: before)
    expect do
      admin.trigger_rebalance(unique("none"))
    end.to raise_error(Karafka::Errors::InvalidConfigurationError, /none/)
  ensure
    Karafka::App.routes.clear
  end
end
