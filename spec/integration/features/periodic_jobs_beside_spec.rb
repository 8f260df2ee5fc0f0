# frozen_string_literal: true

require_relative "periodic_jobs_helper"

RSpec.describe "Ticks beside other work", :fresh_app, :ticking do
  let(:topic) { create_topic(partitions: 2) }
  let(:long_running) { -> { long_running_job true } }

  def of(events, partition) = events.select { |one| one[:caller].partition == partition }

  it "leave a long-running job alone, while those of another partition go on" do
    peer.produce(topic, [{ payload: "0", partition: 0 }])
    go_on = Queue.new
    run = ticking(routing: long_running) { define_method(:consume) { go_on.pop } }
    consuming = run.await_event("consumer.consume")
    run.await("ticks of the other partition") do
      of(after(run, consuming, "consumer.ticked"), 1).size >= 5
    end
    go_on << true
    consumed = run.await_event("consumer.consumed")
    await_tick_behind(run, consumed)
    run.stop
    scheduled = of(run.events("consumer.before_schedule_tick"), 0)
    expect(scheduled.select { |one| one.at.between?(consuming.at, consumed.at + 0.1) }).to be_empty
    expect(run.errors.map { |one| [one[:type], one[:error]] }).to eq([])
  end

  it "let polling go on, do not pile up, and a long-running job may begin" do
    go_on = Queue.new
    order = Queue.new
    run = ticking(routing: long_running, tick: lambda {
      next if partition == 1 || go_on.closed?

      synchronize do
        order << :ticking
        go_on.pop
        order << :ticked
      end
    }) { define_method(:consume) { synchronize { order << :consuming } } }
    expect(order.pop).to eq(:ticking)
    peer.produce(topic, [{ payload: "0", partition: 0 }])
    beginning = run.await_event("consumer.consume")
    run.await("many polls") { after(run, beginning, "connection.listener.fetch_loop").size > 5 }
    begun = of(run.events("consumer.tick"), 0)
    go_on.close
    run.await_event("consumer.consumed")
    run.stop
    expect(Array.new(2) { order.pop }).to eq(%i[ticked consuming])
    expect(begun.size).to eq(1)
    expect(of(run.events("consumer.ticked"), 0).first.at).to be < run.events("consumer.consumed").first.at
  end

  it "are dropped where they waited for a worker until data came" do
    peer.produce(topic, [{ payload: "0", partition: 0 }])
    go_on = Queue.new
    run = ticking(routing: long_running, config: { concurrency: 1 }) do
      define_method(:consume) { go_on.pop if partition.zero? }
    end
    consuming = run.await_event("consumer.consume")
    run.await("a tick that waits") do
      of(run.events("consumer.before_schedule_tick"), 1).size > of(run.events("consumer.tick"), 1).size
    end
    peer.produce(topic, [{ payload: "1", partition: 1 }])
    run.await("data that waits") { after(run, consuming, "consumer.before_schedule_consume").any? }
    go_on << true
    run.await_event("consumer.consumed", 2)
    await_tick_behind(run, run.events("consumer.consumed").last)
    run.stop
    behind = of(after(run, consuming, "consumer.tick", "consumer.consume"), 1)
    expect(behind.first.name).to eq("consumer.consume")
  end

  it "wait for an interval behind a batch of which filters have left nothing" do
    peer.produce(topic, [{ payload: "0", partition: 0 }])
    address = topic
    producer = -> { Karafka.producer.produce_sync(topic: address, payload: "more", partition: 0) }
    empties = Class.new(Karafka::Pro::Processing::Filters::Base) do
      define_method(:apply!) do |messages|
        @applied = true
        producer.call if messages.last.offset < 100
        messages.clear
      end
    end
    run = ticking(periodic: { interval: 400 }, routing: -> { filter(->(*) { empties.new }) })
    run.await("idle jobs for more than twice the interval") do
      idle = run.events("consumer.idle")
      idle.any? && idle.last.at - idle.first.at > 1
    end
    run.stop
    expect(run.events("consumer.consume")).to be_empty
    idle = run.events("worker.completed").select { |one| one[:job].is_a?(Karafka::Processing::Jobs::Idle) }
    behind = of(run.events("consumer.before_schedule_tick"), 0).filter_map do |tick|
      ended = idle.map(&:at).select { |at| at <= tick.at }.max
      tick.at - ended if ended
    end
    expect(behind).to all(be >= 0.4)
  end

  it "go on while a filter holds a partition back" do
    peer.produce(topic, [{ payload: "0", partition: 0 }])
    run = ticking(routing: -> { delay_by 1_500 })
    run.await_event("consumer.consumed")
    run.stop
    throttled = run.events("filtering.throttled").first
    behind = of(after(run, throttled, "consumer.tick", "consumer.consumed"), 0)
    expect(behind.first.name).to eq("consumer.tick")
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 1 })
  end

  it "come beside ends of the partition, not within an interval behind them" do
    peer.produce(topic, [{ payload: "0", partition: 0 }])
    run = ticking(periodic: { interval: 400 }, kafka: { "enable.partition.eof": true },
                  routing: -> { eofed true })
    ended = run.await_event("consumer.eofed")
    await_tick_behind(run, ended)
    run.stop
    partition = ended[:caller].partition
    tick = of(after(run, ended, "consumer.before_schedule_tick"), partition).first
    expect(tick.at - ended.at).to be >= 0.4
  end

  it "go on after a scheduler has failed and the connection began anew" do
    failed = Queue.new
    failing = Class.new(Karafka::Pro::Processing::Schedulers::Default) do
      define_method(:schedule_periodic) do |jobs|
        failed.empty? && (failed << true) ? raise("no") : super(jobs)
      end
    end
    run = ticking(config: { internal: { processing: { scheduler_class: failing },
                                        connection: { reset_backoff: 1_000 } } })
    reset = run.await_event("client.reset")
    await_tick_behind(run, reset)
    run.stop
    expect(run.errors.map { |one| one[:type] }).to eq(["connection.listener.fetch_loop.error"])
  end
end
