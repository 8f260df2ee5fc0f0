# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Long-running jobs", :fresh_app do
  let(:topic) { create_topic(partitions: 2) }

  it "outlast the poll interval without a rebalance, while other partitions go on" do
    peer.produce(topic, [{ payload: "long", partition: 0 }, { payload: "first", partition: 1 }])
    other = Queue.new
    walked = Queue.new
    run = consume(topic, kafka: { "max.poll.interval.ms": 2_000, "session.timeout.ms": 2_000,
                                  "heartbeat.interval.ms": 500 },
                         routing: -> { long_running_job true }) do
      define_method(:consume) do
        messages.each do |message|
          3.times { other.pop } if message.raw_payload == "long"
          walked << [message.partition, message.raw_payload]
        end
      end
    end
    begun = Specs.now
    run.await("the quick partition") { run.events("consumer.consumed").size == 1 }
    %w[second third fourth].each do |payload|
      done = run.events("consumer.consumed").size
      peer.produce(topic, [{ payload:, partition: 1 }])
      run.await(payload) { run.events("consumer.consumed").size > done }
      run.await("more than the interval in all", within: 20) { Specs.now - begun > 5 } if payload == "fourth"
      other << true
    end
    run.await_event("consumer.consumed", 5)
    run.stop

    expect(walked.size.times.map { walked.pop }.last).to eq([0, "long"])
    expect(run.events("error.occurred")).to be_empty
    expect(run.events("rebalance.partitions_assigned").size).to eq(1)
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 1, 1 => 4 })
  end

  it "hold their partition once a run and go on behind the batch" do
    single = create_topic
    peer.produce(single, %w[0 1 2])
    batches = Queue.new
    run = consume(single, config: { max_messages: 2 }, routing: -> { long_running_job true }) do
      define_method(:consume) { batches << messages.map(&:offset) }
    end
    run.await("all messages") { batches.size == 2 }
    run.await_event("consumer.consumed", 2)
    run.stop

    expect([batches.pop, batches.pop]).to eq([[0, 1], [2]])
    holds = run.events("consumer.consuming.pause").map(&:payload)
    expect(holds.map { |pause| pause.slice(:offset, :manual, :attempt) })
      .to eq([{ offset: nil, manual: false, attempt: 0 }] * 2)
    expect(peer.committed(spec_group, single)).to eq({ 0 => 3 })
  end

  # The bytes that were fetched for 2,000 messages in batches of 20, by librdkafka's own count.
  def fetched(long_running)
    single = create_topic
    peer.produce(single, Array.new(2_000) { "x" * 1_000 })
    seen = worked_off(single, -> { long_running_job long_running })
    expect(seen.first).to eq([*0...2_000])
    seen.last.dig("topics", single, "partitions", "0", "rxbytes")
  end

  # Offsets, and statistics that were made after the last one.
  def worked_off(single, routing)
    seen = []
    run = consume(single, config: { max_messages: 20 }, kafka: { "statistics.interval.ms": 100 }, routing:) do
      define_method(:consume) { seen.concat(messages.map(&:offset)) }
    end
    run.await("all messages") { seen.size >= 2_000 }
    run.await_event("statistics.emitted", 2 + run.events("statistics.emitted").size)
    run.stop
    [seen, run.events("statistics.emitted").last[:statistics]]
  end

  it "fetch what they work on once, not again after each hold (H-067)" do
    expect(fetched(true)).to be <= fetched(false) * 1.2
  end

  it "rest and repeat from the first unmarked message after an error" do
    single = create_topic
    peer.produce(single, %w[0 1 2])
    runs = []
    run = consume(single, config: { pause: { timeout: 50, max_timeout: 100 } },
                          routing: -> { long_running_job true }) do
      define_method(:consume) do
        runs << [attempt, messages.map(&:offset)]
        mark_as_consumed(messages.first)
        raise "no" if attempt == 1
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(runs).to eq([[1, [0, 1, 2]], [2, [1, 2]]])
    expect(peer.committed(spec_group, single)).to eq({ 0 => 3 })
  end

  it "learn of a loss while they run: revoked runs beside them and marks answer false" do
    single = create_topic
    peer.produce(single, %w[0])
    go_on = Queue.new
    order = Queue.new
    run = consume(single, routing: -> { long_running_job true }) do
      define_method(:consume) do
        next if order.closed?

        order << :begun
        go_on.pop
        order << [:ended, revoked?, mark_as_consumed(messages.first)]
        order.close
      end
      define_method(:revoked) do
        order << :revoked unless order.closed?
        go_on << true
      end
    end
    expect(order.pop).to eq(:begun)
    peer.join("thief", spec_group, single)
    run.await_event("consumer.revoked")
    run.await_event("consumer.consumed")
    peer.leave("thief")
    run.stop

    expect([order.pop, order.pop]).to eq([:revoked, [:ended, true, false]])
  end

  it "finish before the process ends" do
    single = create_topic
    peer.produce(single, %w[0])
    go_on = Queue.new
    order = Queue.new
    run = consume(single, routing: -> { long_running_job true }) do
      define_method(:consume) do
        order << :begun
        go_on.pop
        order << :ended
      end
      define_method(:shutdown) { order << :shutdown }
    end
    order.pop
    stopping = Thread.new { run.stop }
    run.await_event("app.stopping")
    go_on << true
    stopping.join

    expect([order.pop, order.pop]).to eq(%i[ended shutdown])
    expect(peer.committed(spec_group, single)).to eq({ 0 => 1 })
  end

  it "hold what waits for a worker, and learn of a loss while none is free (H-041, H-056, H-060)" do
    peer.produce(topic, [0, 1].map { |partition| { payload: "first", partition: } })
    runs = Queue.new
    told = Queue.new
    begun = false
    run = consume(topic, config: { concurrency: 1 }, routing: -> { long_running_job true },
                         kafka: { "max.poll.interval.ms": 2_000, "session.timeout.ms": 2_000,
                                  "heartbeat.interval.ms": 500 }) do
      define_method(:consume) do
        runs << [partition, id]
        # The first one only, whoever has taken what it told.
        next if begun

        begun = true
        deadline = Specs.now + 30
        Thread.pass until revoked? || Specs.now > deadline
        told << revoked?
      end
    end
    waiting = 1 - runs.pop.first
    run.await_event("consumer.before_schedule_consume", 2)
    kept = run.events("consumer.initialized").map { |event| event[:caller] }.find { _1.partition == waiting }
    peer.produce(topic, [{ payload: "second", partition: waiting }])
    # Each turn polls for 200 ms: longer than the poll interval in all.
    run.await_event("connection.listener.fetch_loop", 15 + run.events("connection.listener.fetch_loop").size)
    expect(run.events("consumer.before_schedule_consume").size).to eq(2)
    expect(run.events("rebalance.partitions_revoked")).to be_empty

    peer.join("thief", spec_group, topic)
    expect(told.pop).to be(true)
    peer.leave("thief")
    await("all of it") { peer.committed(spec_group, topic).values_at(waiting, 1 - waiting) == [2, 1] }
    run.stop
    expect(Array.new(runs.size) { runs.pop.last }).not_to include(kept.id)
    expect(run.errors).to be_empty
  end
end
