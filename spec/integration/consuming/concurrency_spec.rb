# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Concurrency", :fresh_app do
  it "works two partitions off side by side" do
    topic = create_topic(partitions: 2)
    peer.produce(topic, [{ payload: "a", partition: 0 }, { payload: "b", partition: 1 }])
    arrived = Queue.new
    release = Queue.new
    run = consume(topic, config: { concurrency: 2, max_wait_time: 1_000 }) do
      define_method(:consume) do
        arrived << partition
        release.pop
      end
    end
    partitions = [arrived.pop, arrived.pop]
    2.times { release << true }
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(partitions).to contain_exactly(0, 1)
    expect(run.events("consumer.consume").map(&:thread).uniq.size).to eq(2)
  end

  it "scales the workers while the server runs, and never below one" do
    topic = create_topic
    peer.produce(topic, %w[0])
    workers = Karafka::Server.workers
    expect { workers.scale(3) }.to raise_error(Karafka::Errors::BaseError)
    expect(workers.size).to eq(0)

    run = consume(topic, config: { concurrency: 2 }) { def consume = nil }
    run.await_event("consumer.consumed")
    expect(workers.size).to eq(2)
    expect(workers.scale(4)).to be_nil
    expect(workers.size).to eq(4)
    expect(workers.alive.map(&:name)).to eq(%w[karafka.worker#0 karafka.worker#1 karafka.worker#2
                                               karafka.worker#3])
    workers.scale(4)
    3.times { workers.scale(1) }
    run.await("the shrinking") { workers.size == 1 }
    workers.scale(0)
    peer.produce(topic, %w[1])
    run.await_event("consumer.consumed", 2)
    expect(workers.size).to eq(1)
    expect(Karafka::App.config.concurrency).to eq(2)
    run.stop

    expect(workers.stopped?).to be(true)
    ups = run.events("worker.scaling.up").map { |event| event.payload.slice(:from, :to) }
    downs = run.events("worker.scaling.down").map { |event| event.payload.slice(:from, :to) }
    expect(ups).to eq([{ from: 0, to: 2 }, { from: 2, to: 4 }])
    expect(downs).to eq([{ from: 4, to: 1 }])
    expect(run.events("worker.scaling.up").first.payload).to include(workers_pool: workers)
  end

  it "fills batches from a trickle until they are full or time is over" do
    topic = create_topic
    peer.produce(topic, %w[first])
    sizes = []
    run = consume(topic, config: { max_wait_time: 1_000, max_messages: 10 }) do
      define_method(:consume) { sizes << messages.size }
    end
    run.await_event("consumer.consumed")
    35.times { |n| peer.produce(topic, [n.to_s]) }
    run.await("everything") { sizes.sum == 36 }
    run.stop

    expect(sizes.max).to be <= 10
    expect(sizes.size).to be <= 12
  end

  it "waits max_wait_time out although messages pause in between, and counts over all partitions" do
    topic = create_topic(partitions: 2)
    peer.produce(topic, [{ payload: "first", partition: 0 }])
    sizes = Queue.new
    run = consume(topic, config: { max_wait_time: 3_000, max_messages: 4 }) do
      define_method(:consume) { sizes << [partition, messages.size] }
    end
    expect(sizes.pop).to eq([0, 1])
    run.await_event("connection.listener.fetch_loop", 1 + run.events("connection.listener.fetch_loop").size)
    4.times { |n| peer.produce(topic, [{ payload: n.to_s, partition: n % 2 }]) }
    batches = Array.new(2) { sizes.pop }
    run.stop

    expect(batches).to contain_exactly([0, 2], [1, 2])
  end

  it "hands over at once what came before a silence where the app sets a linger" do
    topic = create_topic
    peer.produce(topic, %w[first])
    run = consume(topic, config: { max_wait_time: 10_000, batch_linger: 50 }) { def consume = nil }
    run.await_event("consumer.consumed", within: 8)
    started = Specs.now
    peer.produce(topic, %w[0])
    run.await_event("consumer.consumed", 2, within: 8)
    run.stop

    expect(Specs.now - started).to be < 5
  end

  it "tells each partition's end once a catch-up, as a flag or as a hook, never both" do
    topic = create_topic(partitions: 3)
    peer.produce(topic, Array.new(3) { |n| { payload: n.to_s, partition: n } })
    ends = Hash.new { |hash, key| hash[key] = [] }
    run = consume(topic, routing: -> { eofed true }, kafka: { "enable.partition.eof": true }) do
      define_method(:consume) { ends[partition] << :flag if eofed? }
      define_method(:eofed) { ends[partition] << [:hook, messages.size, used?, attempt] }
    end
    run.await("the ends") { ends.values.sum(&:size) == 3 }
    run.await_event("connection.listener.fetch_loop", 6 + run.events("connection.listener.fetch_loop").size)
    expect(ends.transform_values(&:size)).to eq({ 0 => 1, 1 => 1, 2 => 1 })
    peer.produce(topic, [{ payload: "x", partition: 1 }])
    run.await("the next end") { ends[1].size == 2 }
    run.stop

    hooks = ends.values.flatten(1).grep(Array)
    expect(hooks).to all(eq([:hook, 1, true, 0]))
  end

  it "builds an instance for the end of an empty partition" do
    topic = create_topic
    seen = []
    run = consume(topic, routing: -> { eofed true }, kafka: { "enable.partition.eof": true }) do
      def consume = nil
      define_method(:eofed) { seen << [messages.size, used?, seek_offset, eofed?, attempt] }
    end
    run.await("the end") { seen.any? }
    run.stop

    expect(seen).to eq([[0, false, nil, true, 0]])
    expect(run.events("consumer.eof").size).to eq(1)
    expect(run.events("consumer.eofed").first.payload).to include(time: be >= 0)
  end

  it "says nothing of an end where the topic did not ask for it" do
    topic = create_topic
    run = consume(topic, kafka: { "enable.partition.eof": true }) { def consume = nil }
    run.await_event("rebalance.partitions_assigned")
    run.await_event("connection.listener.fetch_loop", 6 + run.events("connection.listener.fetch_loop").size)
    run.stop

    expect(run.story.grep(/consumer/)).to be_empty
  end

  it "lets one group's long work leave another group alone" do
    slow_topic = create_topic("slow")
    topic = create_topic
    peer.produce(slow_topic, %w[0])
    release = Queue.new
    begun = Queue.new
    seen = []
    slow = Class.new(Karafka::BaseConsumer) do
      define_method(:consume) do
        begun << true
        release.pop
      end
    end
    quick = Class.new(Karafka::BaseConsumer) { define_method(:consume) { seen << messages.size } }
    groups = [unique("slow"), unique("quick")]
    run = serve_groups do
      consumer_group(groups[0]) { topic(slow_topic) { consumer slow } }
      consumer_group(groups[1]) { topic(topic) { consumer quick } }
    end
    begun.pop
    2.times do |time|
      peer.produce(topic, %w[0])
      run.await("the quick one") { seen.size > time }
    end
    release << true
    run.stop

    expect(run.errors).to be_empty
  end
end
