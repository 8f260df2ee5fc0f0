# frozen_string_literal: true

require_relative "native_helper"

RSpec.describe "Interrupts of native calls", :native do
  # Far beyond any example: whatever returns earlier was ended by the interrupt.
  hour = 3_600_000

  let(:idle) { connect }
  let(:deaf) { connect_to_nobody }

  def settings = { "bootstrap.servers": silent_server, "group.id": "g", log_level: 0 }

  def admin
    Karafka::Native::Admin.new(settings.slice(:"bootstrap.servers", :log_level)).tap do |made|
      undo { made.close(1_000) }
    end
  end

  def reader = Karafka::Native::Reader.new(settings).tap { |made| undo { made.close(1_000) } }

  blocking = {
    "Connection#poll" => ->(spec) { spec.idle.poll(10, hour, nil) },
    "Connection#event" => ->(spec) { spec.idle.event(hour) },
    "Connection#committed" => ->(spec) { spec.deaf.committed([["t", 0]], hour) },
    "Connection#watermarks" => ->(spec) { spec.deaf.watermarks("t", 0, hour) },
    "Connection#offsets_for_times" => ->(spec) { spec.deaf.offsets_for_times([["t", 0, 1]], hour) },
    "Reader#poll" => ->(spec) { spec.reader.poll(hour, 1) },
    "Reader#event" => ->(spec) { spec.reader.event(hour) },
    "Reader#watermarks" => ->(spec) { spec.reader.watermarks("t", 0, hour) },
    "Reader#metadata" => ->(spec) { spec.reader.metadata("t", hour) },
    "Admin#create_topic" => ->(spec) { spec.admin.create_topic("t", 1, 1, [], hour) },
    "Admin#metadata" => ->(spec) { spec.admin.metadata("t", hour) },
    "Admin#event" => ->(spec) { spec.admin.event(hour) },
    "Jobs#pop" => ->(_spec) { Karafka::Native::Jobs.new.pop },
    "Jobs#wait" => lambda do |_spec|
      jobs = Karafka::Native::Jobs.new
      jobs.push("g", 1, true)
      nil until jobs.wait("g", hour)
    end,
    "Poller#poll" => ->(_spec) { Karafka::Native::Poller.new.poll(hour, 100) }
  }

  # Interrupts act nowhere else than in the poll.
  def interruptible_poll(consumer)
    batches = nil
    Thread.handle_interrupt(IOError => :immediate) { batches, = consumer.poll(7, 20, nil) }
    batches
  rescue IOError
    batches
  end

  # rspec's `let` is not thread-safe before its first use.
  before { [idle, deaf] }

  blocking.each do |name, call|
    context "with #{name} waiting for an hour" do
      it "lets Thread#kill end it" do
        thread = sleeper { call.call(self) }
        thread.kill
        expect(thread.join(5)).to be(thread)
      end

      it "lets Thread#raise end it with what was raised" do
        thread = sleeper { call.call(self) }
        thread.raise(IOError, "enough")
        expect { thread.join(5) || raise("still waiting") }.to raise_error(IOError, "enough")
      end

      it "lets Timeout end it" do
        expect { Timeout.timeout(0.1) { call.call(self) } }.to raise_error(Timeout::Error)
      end

      it "leaves Ruby's lock to other threads" do
        counted = 0
        thread = sleeper { call.call(self) }
        10_000.times { counted += 1 }
        expect(thread).to be_alive
        thread.kill.join
        expect(counted).to eq(10_000)
      end
    end
  end

  it "reach a trap on the main thread during a poll, and the poll can be taken up again" do
    caught = Queue.new
    previous = trap("USR2") { caught << :signal }
    consumer = idle
    signaller = Thread.new do
      200.times do
        Process.kill("USR2", Process.pid)
        Thread.pass
        sleep(0.001)
      end
    end
    100.times { consumer.poll(10, 5, nil) }
    signaller.join
    await("a signal") { !caught.empty? }
    trap("USR2", previous || "DEFAULT")
    topic = topic_with("after the storm")
    fresh = connect
    fresh.subscribe([topic])
    expect(read(fresh, 1).first.raw_payload(0)).to eq("after the storm")
  end

  it "lose nothing of a poll that waits, however often they come and whatever they raise" do
    count = 3_000
    topic = topic_with(Array.new(count) { |index| "m#{index}" })
    consumer = connect
    consumer.subscribe([topic])
    offsets = []
    ready = Queue.new
    reading = Thread.new do
      Thread.handle_interrupt(IOError => :never) do
        ready << true
        until offsets.size >= count
          batches = interruptible_poll(consumer)
          batches&.each { |batch| batch.size.times { |index| offsets << batch.offset(index) } }
          answer(consumer)
        end
      end
    end
    reading.report_on_exception = false
    ready.pop
    thrown = 0
    # Only while the poll is without the VM lock. Behind that Ruby drops the value of any native method, of
    # `Array#shift` too, when the interrupt comes before the value has a name: no method can help it.
    while reading.alive? && thrown < 20_000
      if reading.stop?
        reading.raise(IOError, "again")
        thrown += 1
      end
      sleep(0.0005)
    end
    # Without any further interrupt the reader comes to its end, whatever happened before.
    unless reading.join(20)
      raise "stands at #{offsets.last}, #{(0...count).to_a - offsets} missing: #{reading.backtrace&.first(5)}"
    end

    expect(offsets).to eq((0...count).to_a)
    expect(thrown).to be > 20
  end

  it "keep what was gathered when a poll is killed, for whoever polls next" do
    topic = topic_with
    consumer = connect
    consumer.subscribe([topic])
    await_assignment(consumer)
    produce(topic, ["kept"])
    # Gathers the message and goes on waiting for more.
    thread = sleeper { consumer.poll(100, hour, nil) }
    sleep(0.3)
    thread.kill.join
    expect(read(consumer, 1).first.raw_payload(0)).to eq("kept")
  end

  it "have no end in connections that are made while they come" do
    20.times do
      thread = Thread.new { connect }
      thread.report_on_exception = false
      thread.raise(IOError, "no")
      begin
        thread.join
      rescue IOError
        nil
      end
    end
    expect(connect.closed?).to be(false)
  end
end
