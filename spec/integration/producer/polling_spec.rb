# frozen_string_literal: true

require_relative "../spec_helper"
require_relative "../../support/fiber_scheduler"

RSpec.describe "Threads and fibers of producers" do
  let(:topic) { create_topic("polled") }

  def build(**kafka_settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka, **kafka_settings }
      config.max_wait_timeout = 20_000
      yield(config) if block_given?
    end
    cleanups << -> { made.close! }
    made
  end

  def poller_events(producer)
    seen = []
    %w[poller.producer_registered poller.producer_unregistered].each do |name|
      producer.monitor.subscribe(name) { |event| seen << event.id.split("_").last }
    end
    seen
  end

  it "share one poller, which tells when it serves a producer" do
    producer = build
    seen = poller_events(producer)
    expect(producer.fd_polling?).to be(true)
    expect(producer.poller).to be(build.poller)
    producer.produce_sync(topic:, payload: "1")
    expect([seen, producer.poller.alive?,
            producer.poller.in_poller_thread?]).to eq([["registered"], true, false])
    producer.close
    expect(seen).to eq(%w[registered unregistered])
  end

  it "have a poller of their own if so asked" do
    own = WaterDrop::Polling::Poller.new
    producer = build { |config| config.polling.poller = own }
    inside = nil
    producer.monitor.subscribe("message.acknowledged") { inside = own.in_poller_thread? }
    producer.produce_sync(topic:, payload: "1")
    expect([producer.poller, own.count, own.alive?, inside,
            own.id.positive?]).to eq([own, 1, true, true, true])
    producer.close
    expect(own.count).to eq(0)
    await("the end of the thread") { !own.alive? }
  end

  it "lose their thread by its shutdown alone, and get a new one for the next of them" do
    own = WaterDrop::Polling::Poller.new
    first = build { |config| config.polling.poller = own }
    first.produce_sync(topic:, payload: "1")
    own.shutdown!
    expect([own.alive?, first.status.to_sym]).to eq([false, :connected])
    unheard = first.produce_async(topic:, payload: "2")
    second = build { |config| config.polling.poller = own }
    expect(second.produce_sync(topic:, payload: "3").error).to be_nil
    expect([own.alive?, unheard.wait.error]).to eq([true, nil])
  end

  it "have a thread each in mode :thread, without events" do
    producer = build { |config| config.polling.mode = :thread }
    seen = poller_events(producer)
    closed = Queue.new
    producer.monitor.subscribe("message.acknowledged") { closed << producer.close }
    producer.monitor.subscribe("producer.closed") { closed << :done }
    producer.produce_async(topic:, payload: "1")
    expect([closed.pop, closed.pop, producer.fd_polling?, seen]).to eq([nil, :done, false, []])
  end

  it "come and go without one being forgotten" do
    threads = Array.new(6) do
      Thread.new do
        Array.new(8) do
          producer = build
          report = producer.produce_sync(topic:, payload: "1")
          producer.close
          report.error
        end
      end
    end
    expect(threads.flat_map(&:value).compact).to be_empty
    expect(peer.read(topic, count: 48).size).to eq(48)
  end

  it "let fibers of one thread overlap" do
    producer = build("linger.ms": 200)
    producer.produce_sync(topic:, payload: "0")
    offsets = []
    started = Specs.now
    Thread.new do
      Fiber.set_scheduler(Specs::FiberScheduler.new)
      20.times { |i| Fiber.schedule { offsets << producer.produce_sync(topic:, payload: i.to_s).offset } }
    end.join
    expect(offsets.sort).to eq((1..20).to_a)
    expect(Specs.now - started).to be < 2
  end

  it "disconnect what was idle, and connect again" do
    producer = build("statistics.interval.ms": 50)
    listener = WaterDrop::Instrumentation::IdleDisconnectorListener.new(producer, disconnect_timeout: 200)
    producer.monitor.subscribe(listener)
    disconnected = Queue.new
    producer.monitor.subscribe("producer.disconnected") { disconnected << true }
    producer.produce_sync(topic:, payload: "1")
    disconnected.pop
    expect(producer.status).to be_disconnected
    expect(producer.produce_sync(topic:, payload: "2").offset).to eq(1)
  end

  it "end a flush that is killed" do
    producer = build("bootstrap.servers": "localhost:1") { |config| config.logger = Logger.new(IO::NULL) }
    producer.config.max_wait_timeout = 100
    producer.produce_async(topic:, payload: "1")
    waiting = Thread.new { producer.client.flush(nil) }
    Thread.pass until waiting.status == "sleep" || waiting.stop?
    started = Specs.now
    waiting.kill.join
    expect(Specs.now - started).to be < 1
  end
end
