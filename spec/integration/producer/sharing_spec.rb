# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Producers that come and go while they are used" do
  let(:topic) { create_topic("shared") }

  def settings(config)
    config.kafka = { "bootstrap.servers": kafka, "linger.ms": 20 }
    config.max_wait_timeout = 20_000
  end

  it "lose nothing when they are disconnected at any moment" do
    producer = WaterDrop::Producer.new { |config| settings(config) }
    cleanups << -> { producer.close! }
    connected = 0
    producer.monitor.subscribe("producer.connected") { connected += 1 }
    disconnected = Queue.new
    producer.monitor.subscribe("producer.disconnected") { disconnected << true }
    done = false
    disconnecting = Thread.new { producer.disconnect || Thread.pass until done }
    writers = Array.new(3) do |n|
      Thread.new do
        Array.new(40) do |i|
          disconnected.pop if i % 10 == 5
          producer.produce_sync(topic:, payload: "#{n}-#{i}").error
        end
      end
    end
    errors = writers.flat_map(&:value)
    done = true
    disconnecting.join
    expect([errors.compact, connected]).to match([[], be >= 12])
    expect(peer.read(topic, count: 120).map(&:payload).uniq.size).to eq(120)
  end

  it "end amid transactions of many threads: nobody waits for ever, what was committed is there" do
    producer = WaterDrop::Producer.new do |config|
      settings(config)
      config.kafka = config.kafka.merge("transactional.id": unique("tx"))
    end
    committed = Queue.new
    threads = Array.new(4) do |n|
      Thread.new do
        (0..).each do |i|
          producer.transaction do
            producer.produce_async(topic:, payload: "#{n}-#{i}-a")
            producer.produce_sync(topic:, payload: "#{n}-#{i}-b")
          end
          committed << "#{n}-#{i}-a" << "#{n}-#{i}-b"
        end
      rescue WaterDrop::Errors::ProducerClosedError
        :refused
      end
    end
    threads << Thread.new { Thread.pass while producer.disconnect || !producer.status.closed? }
    await("some transactions") { committed.size > 40 }
    closing = Array.new(2) { Thread.new { producer.close } }
    await("the end of all threads") { (threads + closing).none?(&:alive?) }
    expect(closing.map(&:value)).to contain_exactly(:closed, nil)
    expect(threads.first(4).map(&:value)).to all(eq(:refused))
    sent = Array.new(committed.size) { committed.pop }
    expect(peer.read(topic, count: sent.size + 1, within: 5).map(&:payload)).to match_array(sent)
  end

  it "deliver everything before the end of their pool, and before it makes new ones" do
    pool = WaterDrop::ConnectionPool.new(size: 2) { |config| settings(config) }
    send_some = lambda do
      pool.with { |one| 5_000.times { |i| one.produce_async(topic:, payload: i.to_s) } }
    end
    send_some.call
    pool.reload
    send_some.call
    pool.shutdown
    expect(peer.read(topic, count: 10_000, within: 60).size).to eq(10_000)
  end

  it "deliver before the process exits, though nothing refers to them any more" do
    child = run_app(<<~RUBY, { "TOPIC" => topic })
      require "karafka"
      def send_and_forget
        made = WaterDrop::Producer.new { |config| config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA") } }
        100.times { |i| made.produce_async(topic: ENV.fetch("TOPIC"), payload: i.to_s) }
        nil
      end
      5.times { send_and_forget && GC.start }
      GC.start
    RUBY
    expect(child.exit_status(within: 60)).to eq(0)
    expect(peer.read(topic, count: 500).size).to eq(500)
  end

  %w[none gzip snappy lz4 zstd].each do |codec|
    it "compress with #{codec}, as everybody can read it" do
      producer = WaterDrop::Producer.new do |config|
        settings(config)
        config.kafka = config.kafka.merge("compression.codec": codec)
      end
      payloads = Array.new(20) { |i| "#{i}#{"x" * 500}" }
      producer.produce_many_sync(payloads.map { |payload| { topic:, payload: } })
      producer.close
      expect(peer.read(topic, count: 20).map(&:payload)).to eq(payloads)
    end
  end
end
