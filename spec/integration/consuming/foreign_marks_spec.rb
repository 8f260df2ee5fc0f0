# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Marks of another partition's message", :fresh_app do
  let(:topic) { create_topic(partitions: 2) }
  let(:seldom) { { "auto.commit.interval.ms": 60_000 } }
  let(:handed) { Queue.new }
  let(:answers) { [] }

  before do
    peer.produce(topic, Array.new(2) { |n| { payload: n.to_s, partition: 0 } })
    peer.produce(topic, Array.new(5) { |n| { payload: n.to_s, partition: 1 } })
  end

  # The consumer of partition 1 hands its last message over, the one of partition 0 does the rest.
  def run_with(&work)
    queue = handed
    run = consume(topic, routing: -> { manual_offset_management true }, kafka: seldom) do
      define_method(:consume) { partition == 1 ? queue << messages.last : instance_exec(queue.pop, &work) }
    end
    run.await_event("consumer.consumed", 2)
    run.stop
    expect(run.errors).to eq([])
  end

  def committed
    peer.committed(spec_group, topic).select { |_, offset| offset >= 0 }
  end

  it "reach that partition and leave the consumer's own alone" do
    told = answers
    run_with { |other| told << mark_as_consumed(other) << mark_as_consumed!(other) << seek_offset }
    expect(answers).to eq([true, true, 0])
    expect(committed).to eq({ 1 => 5 })
  end

  it "are refused where the partition or its topic is not ours" do
    told = answers
    run_with do |other|
      [Karafka::Messages::Seek.new(topic.name, 7, 1),
       Karafka::Messages::Seek.new("elsewhere", 0, 1)].each do |one|
        told << mark_as_consumed(one) << mark_as_consumed!(one)
      end
      told << mark_as_consumed(Karafka::Messages::Seek.new(topic.name.to_sym, 0, 0)) << other.offset
    end
    expect(answers).to eq([false, false, false, false, true, 4])
    expect(committed).to eq({ 0 => 1 })
  end

  it "are part of the transaction that they are made in" do
    told = answers
    own = transactional_producer
    run_with do |other|
      transaction(own) { told << mark_as_consumed(other) << mark_as_consumed(messages.first) }
      told << seek_offset
    end
    expect(answers).to eq([true, true, 1])
    expect(committed).to eq({ 0 => 1, 1 => 5 })
  end

  def transactional_producer
    servers = kafka
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": servers, "transactional.id": unique("transactional") }
    end
    cleanups << -> { made.close! }
    made
  end
end
