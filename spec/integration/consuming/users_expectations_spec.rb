# frozen_string_literal: true

require_relative "../spec_helper"

# What users of frameworks like this one complain about, and what is right.
RSpec.describe "What users expect of consuming", :fresh_app do
  let(:topic) { create_topic }
  let(:quick) { { pause: { timeout: 20, max_timeout: 20 } } }

  it "is that retries are counted anew after a restart" do
    peer.produce(topic, %w[0])
    attempts = []
    2.times do
      run = consume(topic, config: quick) do
        define_method(:consume) do
          attempts << attempt
          raise "no"
        end
      end
      size = attempts.size
      run.await("three runs") { attempts.size >= size + 3 }
      run.stop
      attempts << :restarted
    end

    expect(attempts.slice_when { |before, _| before == :restarted }.map(&:first)).to eq([1, 1])
  end

  it "is that work which returns early on shutdown is marked by automatic management and only by that" do
    [false, true].each do |by_hand|
      group = unique("group")
      name = create_topic
      peer.produce(name, %w[0 1 2])
      at_work = Queue.new
      run = consume(name, group:, routing: -> { manual_offset_management(by_hand) }) do
        define_method(:consume) do
          at_work << true
          Thread.pass until Karafka::App.stopping?
          return
        end
      end
      at_work.pop
      run.stop
      expect(peer.committed(group, name).fetch(0, -1001)).to by_hand ? be < 0 : eq(3)
    end
  end

  it "is the group's name verbatim" do
    group = "My.Group-#{Process.pid}_#{unique("x")}"
    peer.produce(topic, %w[0])
    run = consume(topic, group:) { def consume = nil }
    run.await_event("consumer.consumed")
    run.stop
    expect(peer.committed(group, topic)).to eq({ 0 => 1 })
  end

  it "is the earliest message where nothing is committed, and the latest where that is asked" do
    peer.produce(topic, %w[0])
    seen = []
    run = consume(topic, config: { initial_offset: "latest" }) do
      define_method(:consume) { seen.concat(messages.map(&:offset)) }
    end
    run.await_event("rebalance.partitions_assigned")
    run.await_event("connection.listener.fetch_loop", 5 + run.events("connection.listener.fetch_loop").size)
    peer.produce(topic, %w[1])
    run.await_event("consumer.consumed")
    run.stop
    expect(seen).to eq([1])
  end

  it "is that a seek out of range is decided by the reset policy" do
    peer.produce(topic, %w[0 1])
    firsts = []
    run = consume(topic) do
      define_method(:consume) do
        firsts << messages.first.offset
        seek(1_000_000) if firsts.size == 1
      end
    end
    run.await_event("consumer.consumed", 2)
    run.stop
    expect(firsts).to eq([0, 0])
    expect(run.errors).to be_empty
  end

  it "is that a pause in revoked only tells: nothing is held any more" do
    name = create_topic(partitions: 2)
    peer.produce(name, [{ payload: "a", partition: 0 }, { payload: "b", partition: 1 }])
    run = consume(name) do
      def consume = nil
      def revoked = pause(0, 60_000)
    end
    run.await_event("consumer.consumed", 2)
    peer.join("other", spec_group, name)
    peer.take("other", count: 1, within: 3)
    run.await_event("consumer.revoked", 2)
    run.stop
    peer.leave("other")

    expect(run.events("consumer.consuming.pause").size).to eq(2)
    expect(run.errors).to be_empty
  end

  it "is that pause, resume and seek from many threads end in a partition that flows" do
    peer.produce(topic, Array.new(50, &:to_s))
    consumers = Queue.new
    seen = []
    routing = -> { manual_offset_management true }
    run = consume(topic, config: { max_messages: 5, max_wait_time: 10 }, routing:) do
      define_method(:consume) do
        seen.concat(messages.map(&:offset))
        consumers << self if consumers.empty?
      end
      def stir(step)
        case step % 3
        when 0 then pause(:consecutive, 5)
        when 1 then resume
        else seek(0)
        end
      end
    end
    consumer = consumers.pop
    Array.new(3) { |n| Thread.new { 60.times { |step| consumer.stir(step + n) } } }.each(&:join)
    peer.produce(topic, %w[last])
    run.await("the last one") { seen.include?(50) }
    run.stop

    expect(run.errors).to be_empty
  end
end
