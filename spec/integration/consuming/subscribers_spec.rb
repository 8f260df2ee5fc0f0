# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Subscribers that raise", :fresh_app do
  let(:topic) { create_topic }
  let(:quick) { { concurrency: 1, pause: { timeout: 50, max_timeout: 100 } } }

  # Subscribes one that raises the first time.
  def raise_once(event_id, error = RuntimeError.new("subscriber"))
    pending = [error]
    before_start do
      Karafka.monitor.subscribe(event_id) do
        failure = pending.shift
        raise failure if failure
      end
    end
  end

  def types(run) = run.errors.map { |event| event[:type] }

  before { peer.produce(topic, %w[0]) }

  %w[consumer.consume consumer.consumed].each do |event_id|
    it "to #{event_id} make the run fail" do
      raise_once(event_id)
      runs = 0
      run = consume(topic, config: quick) { define_method(:consume) { runs += 1 } }
      run.await("a good run") { run.events("worker.completed").size == 2 }
      run.stop

      expect(types(run)).to eq(["consumer.consume.error"])
      expect(run.events("consumer.consuming.retry").first[:offset]).to eq(0)
      expect(runs).to eq(event_id == "consumer.consume" ? 1 : 2)
    end
  end

  it "to consumer.initialized are told as an error of that hook" do
    raise_once("consumer.initialized")
    run = consume(topic, config: quick) { def consume = nil }
    run.await_event("consumer.consumed")
    run.stop

    expect(types(run)).to eq(["consumer.initialized.error"])
  end

  %w[consumer.wrap worker.process].each do |event_id|
    it "to #{event_id} keep the run from beginning: it is told and retried" do
      raise_once(event_id)
      seen = []
      run = consume(topic, config: quick) do
        define_method(:consume) do
          seen << [attempt, messages.first.offset]
        end
      end
      run.await_event("consumer.consumed")
      run.stop

      expect(types(run)).to eq(["consumer.wrap.error"])
      expect(seen).to eq([[1, 0]])
      expect(run.events("consumer.consuming.retry").size).to eq(1)
    end
  end

  %w[consumer.wrapped worker.processed].each do |event_id|
    it "to #{event_id} change nothing about a run that ended" do
      raise_once(event_id)
      run = consume(topic, config: quick) { def consume = nil }
      run.await_event("worker.completed")
      run.stop

      expect(types(run)).to eq(["consumer.wrap.error"])
      expect(peer.committed(spec_group, topic)).to eq({ 0 => 1 })
      expect(run.events("consumer.consuming.retry")).to be_empty
    end
  end

  it "to worker.completed cost no worker" do
    raise_once("worker.completed")
    run = consume(topic, config: quick) { def consume = nil }
    run.await_event("worker.completed")
    peer.produce(topic, %w[1])
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(types(run)).to eq(["worker.process.error"])
  end

  it "to worker.completed that always raise end the server, which raises, and commit nothing unworked" do
    before_start { Karafka.monitor.subscribe("worker.completed") { raise "always" } }
    run = consume(topic, config: quick) { def consume = raise("no") }

    expect { run.join(within: 30) }.to raise_error(RuntimeError, "always")
    expect(peer.committed(spec_group, topic).fetch(0, -1)).to be < 1
  end

  %w[consumer.before_schedule_consume connection.listener.fetch_loop
     connection.listener.fetch_loop.received].each do |event_id|
    it "to #{event_id} end in the listener: it connects anew and loses nothing" do
      raise_once(event_id)
      seen = []
      run = consume(topic, config: { **quick, internal: { connection: { reset_backoff: 1_000 } } }) do
        define_method(:consume) { seen.concat(messages.map(&:offset)) }
      end
      run.await_event("consumer.consumed")
      run.stop

      expect(types(run)).to eq(["connection.listener.fetch_loop.error"])
      expect(run.events("client.reset").size).to eq(1)
      expect(seen).to eq([0])
    end
  end

  it "to error.occurred find the retry's pause set, and the batch comes again" do
    raise_once("error.occurred")
    seen = []
    run = consume(topic, config: quick) do
      define_method(:consume) do
        seen << messages.map(&:offset)
        raise "no" if seen.size == 1
      end
    end
    run.await("the next run") { seen.size == 2 }
    run.await_event("consumer.consumed")
    run.stop

    expect(seen).to eq([[0], [0]])
    expect(run.events("consumer.consuming.retry").first[:offset]).to eq(0)
    expect(types(run)).to eq(["consumer.consume.error", "consumer.wrap.error"])
  end

  it "to error.occurred that always raise end the server, which raises" do
    before_start { Karafka.monitor.subscribe("error.occurred") { raise "always" } }
    run = consume(topic, config: quick) { def consume = raise("no") }

    expect { run.join(within: 30) }.to raise_error(RuntimeError, "always")
    expect(peer.committed(spec_group, topic).fetch(0, -1)).to be < 1
  end

  %w[client.pause consumer.consuming.pause consumer.consuming.retry].each do |event_id|
    it "to #{event_id}, always, do not make a retry pass over what failed" do
      before_start { Karafka.monitor.subscribe(event_id) { raise "always" } }
      seen = []
      run = consume(topic, config: quick) do
        define_method(:consume) do
          seen << messages.map(&:offset)
          raise "no" if seen.size < 3
        end
      end
      run.await("a failure") { seen.any? }
      peer.produce(topic, %w[1])
      run.await("the good run") { run.events("consumer.consumed").any? && seen.flatten.include?(1) }
      run.stop

      expect(seen.first(3).map(&:first)).to eq([0, 0, 0])
      expect(peer.committed(spec_group, topic)).to eq({ 0 => 2 })
    end
  end

  it "to statistics and errors of the connection are told as such" do
    before_start { Karafka.monitor.subscribe("statistics.emitted") { raise "statistics" } }
    run = consume(topic, config: quick, kafka: { "statistics.interval.ms": 200 }) { def consume = nil }
    run.await("the error") { run.errors("callbacks.statistics.error").any? }
    run.await_event("consumer.consumed")
    run.stop
    expect(run.events("client.reset")).to be_empty
  end
end
