# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Filters", :fresh_app do
  let(:topic) { create_topic }
  let(:base) { Karafka::Pro::Processing::ConsumerGroups::Filters::Base }
  let(:batches) { Queue.new }

  # Filters by what the block does; `answers` are those of its methods.
  def filter(**answers, &apply)
    Class.new(base) do
      define_method(:apply!) { |messages| instance_exec(messages, &apply) }
      answers.each { |name, answer| define_method(name) { answer } }
    end
  end

  # Cuts the first batch that has it off at an offset, and wants to go on there.
  def cutter(offset, **answers)
    filter(**answers) do |messages|
      @applied = false
      index = messages.index { |message| message.offset >= offset }
      next if @done || index.nil?

      @done = @applied = true
      @cursor = messages[index]
      messages.slice!(index..)
    end
  end

  def started(*filters, **options, &body)
    seen = batches
    body ||= proc { define_method(:consume) { seen << messages.map(&:offset) } }
    routing = -> { filters.each { |one| filter(one.is_a?(Class) ? ->(*) { one.new } : one) } }
    own = options.delete(:routing)
    both = -> { [routing, own].compact.each { |one| instance_exec(&one) } }
    consume(topic, routing: both, **options, &body)
  end

  def seen = Array.new(batches.size) { batches.pop }
  def committed = peer.committed(spec_group, topic)

  it "work in order: the second never sees what the first took out" do
    peer.produce(topic, %w[0 1 2 3])
    seen_by_second = Queue.new
    first = filter { |messages| @applied = !messages.reject! { |one| one.offset.odd? }.nil? }
    second = filter { |messages| messages.each { |one| seen_by_second << one.offset } }
    run = started(first, second)
    run.await("all") { seen_by_second.size >= 2 }
    run.await_event("consumer.consumed")
    run.stop
    expect(Array.new(seen_by_second.size) { seen_by_second.pop }).to eq([0, 2])
    expect(seen.flatten).to eq([0, 2])
    expect(committed).to eq({ 0 => 4 })
  end

  it "pause once, as shortly as one of them wants, at the lowest cursor" do
    peer.produce(topic, %w[0 1 2 3 4 5])
    run = started(cutter(5, action: :pause, timeout: 500), cutter(4, action: :pause, timeout: 200),
                  cutter(2, action: :seek, timeout: 0))
    run.await("the rest") { batches.size == 2 }
    run.await_event("consumer.consumed", 2)
    run.stop
    expect(seen).to eq([[0, 1], [2, 3, 4, 5]])
    pauses = run.events("consumer.consuming.pause")
    expect(pauses.map { |one| one.payload.slice(:manual, :offset, :timeout) })
      .to eq([{ manual: false, offset: 2, timeout: 200 }])
    throttled = run.events("filtering.throttled")
    expect(throttled.map { |one| [one[:caller].class.superclass, one[:message].offset, one[:timeout]] })
      .to eq([[Karafka::BaseConsumer, 2, 200]])
    expect(run.events("filtering.seek")).to be_empty
    resumed = run.await_event("client.resume")
    # The pause began after this, and before its own event.
    expect(resumed.at - run.events("consumer.consumed").first.at).to be >= 0.2
    expect(committed).to eq({ 0 => 6 })
  end

  it "seek to their cursor without the user's knowing, and commit up to it" do
    peer.produce(topic, %w[0 1 2 3])
    run = started(cutter(2, action: :seek))
    run.await("the rest") { batches.size == 2 }
    run.await_event("consumer.consumed", 2)
    run.stop
    expect(seen).to eq([[0, 1], [2, 3]])
    expect(run.events("filtering.seek").map { |one| one[:message].offset }).to eq([2])
    expect(run.events("consumer.consuming.seek").map { |one| one.payload.slice(:manual_seek, :reset_offset) })
      .to eq([{ manual_seek: false, reset_offset: false }])
    expect(committed).to eq({ 0 => 4 })
  end

  it "leave a batch empty: one idle job, no consume, nothing committed" do
    peer.produce(topic, %w[0 1])
    run = started(filter { |messages| @applied = messages.clear && true })
    idle = run.await_event("consumer.idle")
    run.stop
    expect(run.events("consumer.consume") + run.events("consumer.before_schedule_consume")).to be_empty
    expect(run.events("consumer.before_schedule_idle").size).to eq(1)
    expect(idle[:caller].send(:used?)).to be(false)
    expect(committed).to be_empty
    expect(run.errors).to be_empty
  end

  { mark_as_consumed: 0, mark_as_consumed!: 1 }.each do |method, at_once|
    it "mark what they took out, by #{method}, whoever manages offsets" do
      peer.produce(topic, %w[0 1 2])
      dropping = filter(mark_as_consumed?: true, marking_method: method) do |messages|
        @applied = true
        @cursor = messages.last
        messages.clear
      end
      run = started(dropping, kafka: { "auto.commit.interval.ms": (at_once * 60_000) + 200 },
                              routing: -> { manual_offset_management true })
      run.await_event("consumer.idle")
      await("the commit") { committed == { 0 => 3 } }
      run.stop
      expect(run.events("consumer.consume")).to be_empty
    end
  end

  it "leave the word to a pause of the user" do
    peer.produce(topic, %w[0 1 2 3])
    seen = batches
    run = started(cutter(2, action: :pause, timeout: 60_000, mark_as_consumed?: true)) do
      define_method(:consume) do
        seen << messages.map(&:offset)
        pause(1, 300) if seen.size == 1
      end
    end
    run.await("a second batch") { batches.size == 2 }
    run.await_event("consumer.consumed", 2)
    run.stop
    expect(self.seen).to eq([[0, 1], [1, 2, 3]])
    expect(run.events("consumer.consuming.pause").map { |one| one.payload.slice(:manual, :offset, :timeout) })
      .to eq([{ manual: true, offset: 1, timeout: 300 }])
    expect(run.events("filtering.throttled")).to be_empty
  end

  it "leave the word to a seek of the user" do
    peer.produce(topic, %w[0 1 2 3])
    seen = batches
    run = started(cutter(2, action: :pause, timeout: 60_000)) do
      define_method(:consume) do
        seen << messages.map(&:offset)
        seek(1) if seen.size == 1
      end
    end
    run.await("a second batch") { batches.size == 2 }
    run.await_event("consumer.consumed", 2)
    run.stop
    expect(self.seen).to eq([[0, 1], [1, 2, 3]])
    expect(run.events("consumer.consuming.pause")).to be_empty
    expect(committed).to eq({ 0 => 4 })
  end

  it "have no say after a failure: they see the batch that comes again" do
    peer.produce(topic, %w[0 1 2 3])
    seen = batches
    run = started(cutter(2, action: :pause, timeout: 60_000, mark_as_consumed?: true),
                  config: { pause: { timeout: 20, max_timeout: 40 } }) do
      define_method(:consume) do
        seen << messages.map(&:offset)
        raise "no" if seen.size == 1
      end
    end
    run.await("a second batch") { batches.size == 2 }
    run.await_event("consumer.consumed")
    run.stop
    expect(self.seen).to eq([[0, 1], [0, 1, 2, 3]])
    expect(run.events("filtering.throttled")).to be_empty
    expect(committed).to eq({ 0 => 4 })
  end

  it "are made anew after a rebalance, unless their factory keeps them" do
    peer.produce(topic, %w[0])
    made = Queue.new
    kept = filter { nil }.new
    fresh = filter { nil }
    run = started(->(*) { fresh.new.tap { |one| made << one } }, ->(*) { kept.tap { made << kept } })
    run.await_event("consumer.consumed")
    peer.join("other", spec_group, topic)
    run.await_event("rebalance.partitions_revoked")
    peer.leave("other")
    peer.produce(topic, %w[1])
    run.await_event("consumer.consumed", 2, within: 60)
    run.stop
    all = Array.new(made.size) { made.pop }
    expect(all.size).to eq(4)
    expect(all.values_at(1, 3)).to all(equal(kept))
    expect(all[0]).not_to equal(all[2])
  end

  it "crash the listener, which starts anew, when `apply!` raises" do
    peer.produce(topic, %w[0 1])
    tries = Queue.new
    raising = filter { |_| (tries << true).size == 1 && raise("in apply!") }
    # The shortest rest that the settings take.
    run = started(raising, config: { internal: { connection: { reset_backoff: 1_000 } } })
    run.await_event("consumer.consumed")
    run.stop
    expect(run.errors("connection.listener.fetch_loop.error").map { |one| one[:error].message })
      .to eq(["in apply!"])
    expect(run.events("client.reset").size).to eq(1)
    expect(seen).to eq([[0, 1]])
    expect(committed).to eq({ 0 => 2 })
  end

  it "pause and repeat when one of them answers nonsense" do
    peer.produce(topic, %w[0])
    asked = Queue.new
    confused = Class.new(base) do
      define_method(:apply!) { |_| @applied = true }
      define_method(:action) { (asked << true).size == 1 ? :bogus : :skip }
    end
    run = started(confused, config: { pause: { timeout: 20, max_timeout: 40 } })
    run.await("another run") { batches.size == 2 }
    run.await_event("consumer.consumed", 2)
    run.stop
    error = run.errors("consumer.after_consume.error").first
    expect(error[:error]).to be_a(Karafka::Errors::UnsupportedCaseError)
    expect(run.events("consumer.consuming.retry").size).to eq(1)
    expect(committed).to eq({ 0 => 1 })
  end

  %i[skip seek pause].each do |action|
    it "let the partition of a long-running job go on after #{action}" do
      peer.produce(topic, %w[0 1 2 3])
      # The first batch is emptied, or cut off in its middle.
      cut = action == :skip ? filter { |messages| @applied ||= messages.clear && true } : nil
      run = started(cut || cutter(1, action:, timeout: 100),
                    routing: -> { long_running_job true }, config: { max_messages: 2 })
      run.await("the last message") do
        run.events("consumer.consumed").any? { |one| one[:caller].messages.last.offset == 3 }
      end
      run.stop
      expect(seen.flatten).to include(2, 3)
      expect(committed).to eq({ 0 => 4 })
    end
  end
end
