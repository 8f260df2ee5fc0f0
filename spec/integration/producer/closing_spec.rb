# frozen_string_literal: true

require "timeout"
require_relative "../spec_helper"

RSpec.describe "The end of a producer" do
  let(:topic) { create_topic("closed") }
  let(:producer) { build }

  def build(**kafka_settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka, **kafka_settings }
      config.max_wait_timeout = 500
    end
    cleanups << -> { made.close! }
    made
  end

  def app(body)
    run_app(<<~RUBY, { "TOPIC" => topic })
      require "karafka"
      TOPIC = ENV.fetch("TOPIC")
      def made(**more)
        WaterDrop::Producer.new { |config| config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA"), **more } }
      end
      producer = made
      #{body}
    RUBY
  end

  it "sends everything that is queued or buffered" do
    1_000.times { |i| producer.produce_async(topic:, payload: i.to_s) }
    producer.buffer(topic:, payload: "buffered")
    seen = []
    %w[producer.closing messages.produced_sync poller.producer_unregistered producer.closed].each do |name|
      producer.monitor.subscribe(name) { |event| seen << event.id }
    end
    expect(producer.close).to eq(:closed)
    expect(seen)
      .to eq(%w[producer.closing messages.produced_sync poller.producer_unregistered producer.closed])
    expect(peer.read(topic, count: 1_001).size).to eq(1_001)
  end

  it "acknowledges every message before it is over" do
    acknowledged = 0
    producer.monitor.subscribe("message.acknowledged") { acknowledged += 1 }
    5_000.times { |i| producer.produce_async(topic:, payload: i.to_s) }
    producer.close
    expect(acknowledged).to eq(5_000)
  end

  it "by force gives up after the wait and purges" do
    offline = build("bootstrap.servers": "localhost:1")
    handles = Array.new(3) { |i| offline.produce_async(topic:, payload: i.to_s, label: i) }
    labels = []
    offline.monitor.subscribe("error.occurred") do |event|
      labels << event[:label] if event[:type] == "librdkafka.dispatch_error"
    end
    started = Specs.now
    expect(offline.close!).to eq(:closed)
    expect(Specs.now - started).to be_between(0.4, 5)
    expect(handles.map { |handle| handle.create_result.error.code }.uniq).to eq([:purge_queue])
    expect(labels).to eq([0, 1, 2])
  end

  it "comes at once when whoever closes gives up waiting, and what was on its way says so" do
    offline = build("bootstrap.servers": "localhost:1")
    handle = offline.produce_async(topic:, payload: "1")
    sender = Thread.new { offline.produce_sync(topic:, payload: "2") }
    sender.report_on_exception = false
    expect { Timeout.timeout(0.1) { offline.close } }.to raise_error(Timeout::Error)
    expect([offline.status.to_sym, handle.create_result.error.code]).to eq(%i[closed purge_queue])
    expect { sender.value }.to raise_error(WaterDrop::Errors::BaseError)
    expect(offline.inspect).to include("connected=false operations=0")
  end

  it "keeps nobody who gives up waiting for a listener that blocks" do
    inside = Queue.new
    go_on = Queue.new
    producer.monitor.subscribe("message.acknowledged") { inside.push(true) && go_on.pop }
    producer.produce_async(topic:, payload: "1")
    inside.pop
    started = Specs.now
    expect { Timeout.timeout(0.1) { producer.close } }.to raise_error(Timeout::Error)
    expect([producer.status.to_sym, Specs.now - started < 5]).to eq([:closed, true])
    go_on << true
  end

  it "comes from callbacks without waiting for itself" do
    closed = Queue.new
    producer.monitor.subscribe("producer.closed") { closed << true }
    producer.monitor.subscribe("message.acknowledged") { closed << producer.close }
    producer.produce_async(topic:, payload: "1")
    expect([closed.pop, closed.pop]).to eq([nil, true])
  end

  it "purges what is on its way" do
    offline = build("bootstrap.servers": "localhost:1")
    expect(offline.purge).to be_nil
    handle = offline.produce_async(topic:, payload: "1")
    expect(offline.queue_size).to be >= 1
    expect(offline.purge).to be(true)
    expect(handle.create_result.error.code).to eq(:purge_queue)
    expect(offline.queue_size).to eq(0)
  end

  it "for a while loses nothing, and the next use connects again" do
    acknowledged = 0
    producer.monitor.subscribe("message.acknowledged") { acknowledged += 1 }
    100.times { |i| producer.produce_async(topic:, payload: i.to_s) }
    expect([producer.disconnect, acknowledged, producer.status.to_sym]).to eq([true, 100, :disconnected])
    expect(producer.disconnect).to be(false)
    expect(producer.produce_sync(topic:, payload: "again").offset).to eq(100)
  end

  it "at process exit delivers what nobody closed" do
    child = app(<<~RUBY)
      100.times { |i| producer.produce_async(topic: TOPIC, payload: i.to_s) }
      producer.buffer(topic: TOPIC, payload: "buffered")
      producer.monitor.subscribe("producer.closed") { puts "closed" }
    RUBY
    expect(child.exit_status).to eq(0)
    expect([child.lines, peer.read(topic, count: 101).size]).to eq([["closed"], 101])
  end

  it "at the exit of a child leaves it to the parent to deliver what the parent buffered" do
    child = app(<<~RUBY)
      producer.buffer(topic: TOPIC, payload: "parent")
      Process.wait(fork { nil })
      puts producer.flush_sync.first[:offset]
    RUBY
    expect(child.exit_status).to eq(0)
    expect(child.lines).to eq(["0"])
  end

  it "at process exit does not wait for ever for a transaction of another thread, which is aborted" do
    child = app(<<~RUBY)
      producer = made("transactional.id": TOPIC)
      producer.monitor.subscribe("transaction.aborted") { puts "aborted" }
      inside = Queue.new
      Thread.new do
        Thread.current.report_on_exception = false
        producer.transaction { inside.push(producer.produce_sync(topic: TOPIC, payload: "1")) && Queue.new.pop }
      end
      inside.pop
    RUBY
    expect(child.exit_status).to eq(0)
    expect(child.output).to include("is not closed at exit", "aborted")
  end

  it "in a signal trap completes" do
    child = app(<<~RUBY)
      producer.produce_async(topic: TOPIC, payload: "1")
      done = Queue.new
      trap("TERM") { producer.close; done << true }
      puts "ready"
      done.pop
      puts producer.status
    RUBY
    child.await_line("ready")
    child.signal("TERM")
    expect(child.exit_status).to eq(0)
    expect([child.lines.last, peer.read(topic, count: 1).size]).to eq(["closed", 1])
  end

  it "in a signal trap does not wait for what the trap interrupted" do
    child = app(<<~RUBY)
      sent = 0
      trap("TERM") do
        puts "closing after \#{sent}: \#{producer.close}"
        exit
      end
      producer.produce_sync(topic: TOPIC, payload: "0")
      puts "ready"
      loop do
        producer.produce_many_sync(Array.new(50) { { topic: TOPIC, payload: "1" } })
        producer.produce_many_async(Array.new(2_000) { { topic: TOPIC, payload: "2" } })
        sent += 1
      end
    RUBY
    child.await_line("ready")
    child.signal("TERM")
    expect(child.exit_status).to eq(0)
    expect(child.lines.last).to match(/closing after \d+: closed/)
  end

  it "in a signal trap is refused if that interrupted a transaction" do
    child = app(<<~RUBY)
      producer = made("transactional.id": TOPIC)
      trap("TERM") { producer.close }
      producer.transaction do
        puts "ready"
        sleep
      end
    RUBY
    child.await_line("ready")
    child.signal("TERM")
    expect(child.exit_status).to eq(1)
    expect(child.output).to include("ProducerTransactionalCloseAttemptError")
  end

  it "in a signal trap leaves it to the close that the trap interrupted" do
    child = app(<<~RUBY)
      trapped = Queue.new
      producer.monitor.subscribe("producer.closing") { puts("closing") || trapped.pop }
      producer.produce_async(topic: TOPIC, payload: "1")
      trap("TERM") { trapped << puts(producer.close.inspect) }
      puts producer.close
    RUBY
    child.await_line("closing")
    child.signal("TERM")
    expect(child.exit_status).to eq(0)
    expect(child.lines).to eq(%w[closing nil closed])
  end

  it "lets child after child connect and disconnect beside a connected parent" do
    child = app(<<~RUBY)
      producer.produce_sync(topic: TOPIC, payload: "parent")
      failed = Array.new(15) do
        pid = fork do
          begin
            producer.produce_sync(topic: TOPIC, payload: "refused")
          rescue WaterDrop::Errors::ProducerUsedInParentProcess
            nil
          end
          3.times do
            Thread.new { producer.produce_sync(topic: TOPIC, payload: "child") && producer.disconnect }.join
          end
        end
        Process.wait(pid)
        $?.success? ? nil : $?
      end
      puts failed.compact.inspect
    RUBY
    expect(child.exit_status(within: 60)).to eq(0)
    expect([child.lines, peer.read(topic, count: 46).size]).to eq([["[]"], 46])
  end

  it "in a child leaves the parent's client alone" do
    child = app(<<~RUBY)
      producer.produce_sync(topic: TOPIC, payload: "parent")
      pid = fork do
        begin
          producer.produce_sync(topic: TOPIC, payload: "refused")
        rescue WaterDrop::Errors::ProducerUsedInParentProcess
          puts "refused"
        end
        producer.produce_sync(topic: TOPIC, payload: "child")
      end
      Process.wait(pid)
      puts $?.exitstatus
      fork { producer.close.inspect.then { |it| puts it } }.then { |other| Process.wait(other) }
      producer.produce_sync(topic: TOPIC, payload: "parent again")
    RUBY
    expect(child.exit_status).to eq(0)
    expect(child.lines).to eq(%w[refused 0 nil])
    expect(peer.read(topic, count: 3).map(&:payload)).to eq(["parent", "child", "parent again"])
  end
end

RSpec.describe "A producer whose threads are killed" do
  it "still counts who is inside, closes, and loses nothing that it took" do
    topic = create_topic("killed-threads")
    producer = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka }
      config.max_wait_timeout = 20_000
    end
    producer.produce_sync(topic:, payload: "first")
    taken = Queue.new
    random = Random.new(RSpec.configuration.seed)
    20.times do
      workers = Array.new(4) do |n|
        Thread.new do
          Thread.current.report_on_exception = false
          100.times do
            case n
            when 0 then taken << producer.produce_async(topic:, payload: "async")
            when 1 then producer.produce_sync(topic:, payload: "sync")
            when 2 then producer.produce_many_async(Array.new(20) { { topic:, payload: "many" } })
            else producer.produce_async(topic: topic.to_sym, payload: "slow")
            end
          end
        rescue KeyError
          nil
        end
      end
      IO.select(nil, nil, nil, random.rand * 0.01)
      workers.each do |worker|
        random.rand < 0.5 ? worker.kill : worker.raise(KeyError)
        worker.join
      rescue KeyError # it had not begun yet
        nil
      end
    end
    expect(producer.inspect).to include("operations=0")
    expect(Timeout.timeout(30) { producer.close }).to eq(:closed)
    expect(Array.new(taken.size) { taken.pop[:response] }.uniq).to eq([0])
  end
end
