# frozen_string_literal: true

require_relative "periodic_jobs_helper"

RSpec.describe "Periodic jobs", :fresh_app, :ticking do
  let(:topic) { create_topic }

  it "tick a topic without any message, again and again, in their own events" do
    run = ticking
    run.await_event("consumer.ticked", 3)
    run.stop
    expect(noted.uniq.map(&:to_a)).to eq([[0, 0, false, nil]])
    names = %w[consumer.before_schedule_tick consumer.wrap consumer.tick consumer.ticked consumer.wrapped]
    story = run.events.select { |one| names.include?(one.name) && one[:caller].is_a?(Karafka::BaseConsumer) }
    expect(story.first(5).map(&:name)).to eq(names)
    expect(story.first(5).map { |one| one[:caller] }.uniq.size).to eq(1)
    expect(run.events("consumer.ticked").first[:time]).to be >= 0
    expect(run.events("consumer.before_schedule_tick").first.thread).to start_with("karafka.listener")
    expect(run.events("consumer.tick").first.thread).to start_with("karafka.worker")
    expect(run.events("worker.process").first[:job]).to be_a(Karafka::Processing::Jobs::Periodic)
    expect(run.events("consumer.initialized").size).to eq(1)
    expect(run.errors).to be_empty
  end

  it "keep an interval from the end of one tick to the next" do
    go_on = Queue.new
    run = ticking(periodic: { interval: 500 }, tick: -> { go_on.pop(true) if go_on.size > 1 })
    run.await_event("consumer.ticked", 3)
    run.stop
    expect(rests(run).first(2)).to all(be >= 0.5)
  end

  it "never tick right after data: steady traffic below the interval yields none" do
    peer.produce(topic, %w[0])
    address = topic
    run = ticking(periodic: { interval: 400 }) do
      define_method(:consume) { produce_sync(topic: address, payload: "more") if messages.last.offset < 400 }
    end
    run.await("traffic of more than twice the interval") do
      consumed = run.events("consumer.consumed")
      consumed.any? && consumed.last.at - consumed.first.at > 1
    end
    run.stop
    expect(rests(run)).to all(be >= 0.4)
    expect(run.events("consumer.consumed").size).to be > 5
  end

  it "tick on when they raise, and say so: no retry, no pause, no dead letter" do
    dead = create_topic("dead")
    run = ticking(tick: -> { raise "no" }, routing: -> { dead_letter_queue(topic: dead, max_retries: 0) })
    run.await("three errors") { run.errors("consumer.tick.error").size == 3 }
    run.stop
    error = run.errors.first
    expect([error[:error].message, error[:caller].class.superclass]).to eq(["no", Karafka::BaseConsumer])
    expect(error.payload).to include(seek_offset: nil)
    expect(run.errors.map { |one| one[:type] }.uniq).to eq(["consumer.tick.error"])
    expect(run.story.grep(/ticked|consuming|dead_letter/)).to be_empty
    expect(run.events("consumer.tick").map { |one| one[:caller] }.uniq.size).to eq(1)
  end

  # Fails twice, then succeeds; each retry rests for some polls.
  def failing_twice(periodic)
    peer.produce(topic, %w[0])
    run = ticking(periodic: { interval: 50, **periodic },
                  config: { pause: { timeout: 700, max_timeout: 700 } }) do
      define_method(:consume) { attempt < 3 && raise("no") }
    end
    run.await_event("consumer.consumed")
    await_tick_behind(run, run.events("consumer.consumed").first)
    run.stop
    [run, ticks_between(run, run.errors.first, "consumer.consumed")]
  end

  { false => "do not tick", nil => "do not tick", true => "tick" }.each do |during_retry, what|
    it "#{what} while an error is backed off, `during_retry` being #{during_retry.inspect}" do
      run, beside = failing_twice(during_retry:)
      expect(beside.positive?).to be(during_retry == true)
      expect(run.events("consumer.consuming.retry").map { |one| one[:attempt] }).to eq([1, 2])
      expect(committed).to eq({ 0 => 1 })
    end
  end

  # Pauses once for some polls and says how many ticks came before the end of that.
  def pausing(routing: nil, **periodic)
    peer.produce(topic, %w[0])
    run = ticking(periodic: { interval: 50, **periodic }, routing:) do
      define_method(:consume) { pause(:consecutive, 1_000) if messages.first.offset.zero? }
    end
    paused = run.await("the pause") { run.events("consumer.consuming.pause").find { |one| one[:manual] } }
    await_tick_behind(run, run.await("its end") { after(run, paused, "client.resume").first })
    run.stop
    ticks_between(run, paused, "client.resume")
  end

  it "tick a topic that is paused" do
    expect(pausing).to be_positive
  end

  it "do not tick a topic that is paused where that is not wanted" do
    expect(pausing(during_pause: false)).to be_zero
  end

  it "do not tick a long-running topic that is paused" do
    expect(pausing(routing: -> { long_running_job true })).to be_zero
  end

  it "tick a long-running topic that is paused where that is wanted" do
    expect(pausing(routing: -> { long_running_job true }, during_pause: true)).to be_positive
  end

  it "tick every lane that exists, beside each other" do
    peer.produce(topic, Array.new(12) { |n| { payload: n.to_s, key: (n % 3).to_s } })
    all = Queue.new
    together = Mutex.new
    everybody = ConditionVariable.new
    run = ticking(routing: -> { virtual_partitions(partitioner: lambda(&:raw_key), max_partitions: 3) },
                  tick: lambda {
                    together.synchronize do
                      all << true
                      everybody.broadcast
                      everybody.wait(together, 20) while all.size < 3 && used?
                    end
                  })
    run.await("a tick of every lane") do
      run.events("consumer.ticked").map { |one| one[:caller] }.count { |one| one.messages.any? } >= 3
    end
    run.stop
    lanes = run.events("consumer.consume").map { |one| one[:caller] }.uniq
    expect(lanes.size).to eq(3)
    expect(run.events("consumer.ticked").map { |one| one[:caller] } & lanes).to match_array(lanes)
    expect(run.errors).to be_empty
  end

  it "are not scheduled once the process stops" do
    run = ticking(periodic: { interval: 1 }, config: { max_wait_time: 20 })
    run.await_event("consumer.ticked", 3)
    run.stop
    stopping = run.events("app.stopping").first
    expect(after(run, stopping, "consumer.before_schedule_tick")).to be_empty
    expect(run.events("consumer.shutdown").size).to eq(1)
  end

  it "end with the assignment and begin with the next one" do
    run = ticking
    run.await_event("consumer.ticked", 2)
    peer.join("other", spec_group, topic)
    lost = run.await_event("consumer.revoked")
    peer.leave("other")
    run.await("a tick of the next owner") { after(run, lost, "consumer.ticked").any? }
    run.stop
    before, behind = run.events("consumer.ticked").partition { |one| one.at < lost.at }
                        .map { |some| some.map { |one| one[:caller] }.uniq }
    expect([before.size, before & behind]).to eq([1, []])
    expect(run.errors).to be_empty
  end
end
