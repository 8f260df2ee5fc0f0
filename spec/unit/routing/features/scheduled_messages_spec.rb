# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::ScheduledMessages do
  include_context "with empty routes"

  let(:group) { routes.find { |drawn| drawn.id == "karafka_scheduled_messages" } }

  def topic(name) = group.topics.find(name)

  it "is off for other topics" do
    topic = draw_topic
    expect([topic.scheduled_messages?, topic.to_h[:scheduled_messages]])
      .to eq([false, { active: false, states_partitions: nil }])
  end

  it "routes both topics in a group of their own, and consumes the records only" do
    routes.draw { scheduled_messages(:later) }
    later = topic("later")
    expect(later).to be_scheduled_messages
    expect(later.consumer).to equal(Karafka::ScheduledMessages::Consumer)
    expect([later.manual_offset_management?, later.eofed?, later.periodic_job.interval, later.initial_offset])
      .to eq([true, true, 15_000, "earliest"])
    expect(later.kafka).to include("enable.partition.eof": true, "bootstrap.servers": "127.0.0.1:9092")
    states = topic("later_states")
    expect([states.active?, states.scheduled_messages?]).to eq([false, false])
    expect(group.subscription_groups.map { |one| one.topics.map(&:name) }).to eq([["later"]])
      .or eq([["later_states"], ["later"]])
  end

  it "declares both" do
    routes.draw { scheduled_messages("later") }
    %w[later later_states].each do |name|
      declared = declaratives.repository.find(name)
      expect([declared.partitions, declared.replication_factor]).to eq([5, 1])
      expect(declared.details).to eq(
        "cleanup.policy": "compact", "min.cleanable.dirty.ratio": 0.1, "segment.ms": 3_600_000,
        "delete.retention.ms": 3_600_000, "segment.bytes": 52_428_800
      )
    end
  end

  it "lets the block change both declarations" do
    routes.draw do
      scheduled_messages(:later) do |schedules, states|
        schedules.config.replication_factor = 3
        states.config.replication_factor = 2
        [schedules, states].each { |topic| topic.config.partitions = 7 }
      end
    end
    declared = %w[later later_states].map { |name| declaratives.repository.find(name) }
    expect(declared.map { |one| [one.partitions, one.replication_factor] }).to eq([[7, 3], [7, 2]])
  end

  it "takes from defaults how often topics are kept, and nothing that would keep messages back" do
    routes.defaults do
      config(partitions: 2, replication_factor: 3)
      delay_by 60_000
      dead_letter_queue(topic: "dead")
      max_messages 7
    end
    routes.draw { scheduled_messages(:later) }
    later = topic("later")
    expect([later.delaying?, later.dead_letter_queue?, later.max_messages]).to eq([false, false, 1_000])
    expect([later.config.partitions, later.config.replication_factor]).to eq([5, 3])
  end

  it "refuses numbers of partitions that differ" do
    expect do
      routes.draw do
        scheduled_messages(:later) do |schedules, _|
          schedules.config.partitions = 4
        end
      end
    end.to refuse(
      "routes.karafka_scheduled_messages.later.scheduled_messages.partitions": /has 5, not 4/
    )
  end

  it "follows the settings, and may be called outside of a draw, several times" do
    config.scheduled_messages.group_id = "mine"
    config.scheduled_messages.states_suffix = "-states"
    config.scheduled_messages.interval = 1_000
    routes.scheduled_messages(:a).scheduled_messages(:b)
    mine = routes.find { |drawn| drawn.id == "mine" }
    expect(mine.topics.map(&:name)).to eq(%w[a-states a b-states b])
    expect(mine.topics.find("b").periodic_job.interval).to eq(1_000)
  ensure
    { group_id: "karafka_scheduled_messages", states_suffix: "_states",
      interval: 15_000 }.each do |name, value|
      config.scheduled_messages.public_send(:"#{name}=", value)
    end
  end
end
