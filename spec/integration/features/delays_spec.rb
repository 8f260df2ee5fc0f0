# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Delayed, expiring and throttled topics", :fresh_app do
  let(:topic) { create_topic }
  # [offset, age in seconds] of each message.
  let(:consumed) { Queue.new }

  # Messages that are this many milliseconds old.
  def produce_aged(*ages, to: topic)
    now = Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond)
    peer.produce(to, ages.map { |age| { payload: "x", timestamp: now - age } })
  end

  def started(**options, &routing)
    seen = consumed
    consume(topic, routing:, **options) do
      define_method(:consume) do
        messages.each { |message| seen << [message.offset, Time.now - message.timestamp] }
      end
    end
  end

  # Waits until so many messages were worked off, then stops.
  #
  # @return [Array<Integer>] their offsets
  def finish(run, count)
    run.await("#{count} messages") { consumed.size == count }
    run.stop
    @ages = Array.new(consumed.size) { consumed.pop }.to_h
    @ages.keys
  end

  def committed = peer.committed(spec_group, topic)

  it "consume no message before its time" do
    run = started { delay_by 2_000 }
    run.await_event("rebalance.partitions_assigned")
    produce_aged(0, 0, 1_000)
    finish(run, 3)
    expect(@ages.values).to all(be >= 2)
    expect(committed).to eq({ 0 => 3 })
  end

  it "keep the order, and every message, where older ones follow a young one" do
    run = started { delay_by 1_500 }
    run.await_event("rebalance.partitions_assigned")
    produce_aged(60_000, 500, 60_000, 0, 60_000)
    expect(finish(run, 5)).to eq([0, 1, 2, 3, 4])
    expect(@ages.values).to all(be >= 1.5)
    expect(committed).to eq({ 0 => 5 })
  end

  it "go on with other topics meanwhile, and run `shutdown` before the first delayed batch" do
    other = create_topic
    produce_aged(0)
    produce_aged(0, to: other)
    hooks = Queue.new
    klass = Class.new(Karafka::BaseConsumer) do
      define_method(:consume) { hooks << [:consume, topic.name] }
      define_method(:shutdown) { hooks << [topic.name, used?, messages.size, messages.metadata.first_offset] }
    end
    delayed = topic
    run = serve do
      topic(delayed) do
        consumer klass
        delay_by 600_000
      end
      topic(other) { consumer klass }
    end
    throttled = run.await_event("filtering.throttled")
    run.await_event("consumer.consumed")
    run.stop
    expect([throttled[:message].offset, throttled[:timeout]]).to match([0, 500_000..600_000])
    expect(Array.new(hooks.size) { hooks.pop })
      .to contain_exactly([:consume, other], [other, true, 1, 0], [delayed, false, 0, -1001])
    expect(committed).to be_empty
  end

  it "let at most the limit through in any interval" do
    produce_aged(0, 0, 0, 0, 0, 0)
    before = Queue.new
    after = Queue.new
    clock = lambda do |times|
      Class.new(Karafka::Pro::Processing::Filters::Base) do
        define_method(:apply!) { |messages| times << [Specs.now, messages.size] }
      end.new
    end
    run = started do
      filter(->(*) { clock.call(before) })
      throttle(limit: 2, interval: 1_000)
      filter(->(*) { clock.call(after) })
    end
    expect(finish(run, 6)).to eq([0, 1, 2, 3, 4, 5])
    # Each batch was let through between these two.
    passes = Array.new(after.size) { [before.pop[0], *after.pop] }.reject { |pass| pass.last.zero? }
    expect(passes.map(&:last)).to eq([2, 2, 2])
    passes.each_cons(2) { |early, late| expect(late[1] - early[0]).to be >= 1 }
    expect(committed).to eq({ 0 => 6 })
  end

  it "do not consume what is too old" do
    produce_aged(62_000, 0, 62_000, 0, 62_000)
    run = started { expire_in 60_000 }
    expect(finish(run, 2)).to eq([1, 3])
    expect(run.events("filtering.throttled")).to be_empty
    expect(committed).to eq({ 0 => 5 })
  end

  it "retry and give up where retries are throttled as well" do
    dead = create_topic
    produce_aged(0, 0, 0)
    attempts = Queue.new
    routing = lambda do
      throttle(limit: 1, interval: 300)
      dead_letter_queue(topic: dead, max_retries: 2)
    end
    run = consume(topic, config: { pause: { timeout: 20, max_timeout: 40 } }, routing:) do
      define_method(:consume) do
        attempts << [messages.first.offset, attempt]
        raise "no" if messages.first.offset == 1
      end
    end
    run.await_event("consumer.consumed", 2)
    run.stop
    expect(Array.new(attempts.size) { attempts.pop }).to eq([[0, 1], [1, 1], [1, 2], [1, 3], [2, 1]])
    expect(peer.read(dead, count: 1).first.headers.to_h).to include("source_offset" => "1")
    expect(committed).to eq({ 0 => 3 })
  end

  it "share one limit over virtual partitions" do
    produce_aged(0, 0, 0, 0, 0, 0)
    run = started do
      throttle(limit: 3, interval: 500)
      virtual_partitions(partitioner: ->(message) { message.offset.to_s }, max_partitions: 3)
    end
    run.await("all messages") { consumed.size == 6 }
    run.await("the last commit") { committed == { 0 => 6 } }
    run.stop
    expect(Array.new(6) { consumed.pop[0] }.each_slice(3).map(&:sort)).to eq([[0, 1, 2], [3, 4, 5]])
    expect(run.events("filtering.throttled").map { |one| one[:message].offset }.uniq).to eq([3])
  end
end
