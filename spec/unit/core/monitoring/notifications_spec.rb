# frozen_string_literal: true

RSpec.describe Karafka::Core::Monitoring::Notifications do
  let(:bus) { described_class.new.tap { |one| %w[a.b a.c].each { |id| one.register_event(id) } } }
  let(:unknown) { Karafka::Core::Monitoring::Notifications::EventNotRegistered }
  let(:seen) { [] }

  def listener(*names, &block)
    Object.new.tap { |one| names.each { |name| one.define_singleton_method(name, &block) } }
  end

  it "raises on publishing, subscribing to or clearing what was not registered (H-191)" do
    expect { bus.instrument("nope") }.to raise_error(unknown, /nope/)
    expect { bus.subscribe("nope") { nil } }.to raise_error(unknown)
    expect { bus.subscribe(:"a.b") { nil } }.to raise_error(unknown)
    expect { bus.clear("nope") }.to raise_error(unknown)
  end

  it "raises for an unknown event before the work, not after it" do
    expect { bus.instrument("nope") { seen << :work } }.to raise_error(unknown)
    expect(seen).to be_empty
  end

  it "has a name that tells it from other buses" do
    expect(bus.name).to be_a(String)
    expect(bus.name).not_to eq(described_class.new.name)
  end

  it "publishes events that users registered" do
    bus.register_event("app.mine")
    bus.subscribe("app.mine") { |event| seen << event[:x] }
    bus.instrument("app.mine", x: 1)

    expect([seen, bus.available_events]).to eq([[1], %w[a.b a.c app.mine]])
  end

  it "returns what the block returned, with and without subscribers" do
    unheard = bus.instrument("a.b") { 1 }
    bus.subscribe("a.b") { 3 }

    expect([unheard, bus.instrument("a.b") { 2 }, bus.instrument("a.b")]).to eq([1, 2, nil])
  end

  it "measures the block in milliseconds and publishes after it" do
    bus.subscribe("a.b") { |event| seen << event[:time] }
    allow(bus).to receive(:monotonic_now).and_return(10.0, 12.5)
    bus.instrument("a.b") { seen << :work }

    expect(seen).to eq([:work, 2.5])
  end

  it "publishes nothing when the block raises" do
    bus.subscribe("a.b") { seen << :published }

    expect { bus.instrument("a.b") { raise ArgumentError, "x" } }.to raise_error(ArgumentError, "x")
    expect(seen).to be_empty
  end

  it "calls subscribers in order and lets what one raises abort the rest" do
    bus.subscribe("a.b") { seen << 1 }
    bus.subscribe("a.b") { raise "no" }
    bus.subscribe("a.b") { seen << 3 }

    expect { bus.instrument("a.b") }.to raise_error("no")
    expect(seen).to eq([1])
  end

  it "attaches a listener to the events it answers publicly" do
    log = seen
    one = listener(:on_a_b) { |event| log << event.id }
    one.define_singleton_method(:on_a_c) { |_| raise "private" }
    one.singleton_class.send(:private, :on_a_c)
    bus.subscribe(one)
    %w[a.b a.c].each { |id| bus.instrument(id) }

    expect(seen).to eq(%w[a.b])
  end

  it "ignores what answers to nothing, names and nil included" do
    [Object.new, "a.b", nil].each { |one| bus.subscribe(one) }

    expect(bus.listeners.values.flatten).to be_empty
  end

  it "calls twice who subscribed twice, and does not attach to what is registered later" do
    log = seen
    one = listener(:on_a_b, :on_late) { |event| log << event.id }
    2.times { bus.subscribe(one) }
    bus.register_event("late")
    %w[a.b late].each { |id| bus.instrument(id) }

    expect(seen).to eq(%w[a.b a.b])
  end

  it "drops the subscribers of an id that is registered again" do
    bus.subscribe("a.b") { seen << 1 }
    bus.register_event("a.b")
    bus.instrument("a.b")

    expect(seen).to be_empty
  end

  it "removes a listener or a block from all events, and ignores strangers" do
    log = seen
    one = listener(:on_a_b, :on_a_c) { |_| log << :listener }
    block = proc { seen << :block }
    bus.subscribe(one)
    bus.subscribe("a.b", &block)
    [one, block, Object.new].each { |who| bus.unsubscribe(who) }
    %w[a.b a.c].each { |id| bus.instrument(id) }

    expect(seen).to be_empty
  end

  it "clears one event, or all" do
    %w[a.b a.c].each { |id| bus.subscribe(id) { seen << id } }
    bus.clear("a.b")
    %w[a.b a.c].each { |id| bus.instrument(id) }
    bus.clear
    %w[a.b a.c].each { |id| bus.instrument(id) }

    expect(seen).to eq(%w[a.c])
  end

  it "shows a copy of who listens" do
    block = proc {}
    bus.subscribe("a.b", &block)
    bus.listeners["a.b"].clear

    expect(bus.listeners).to eq("a.b" => [block], "a.c" => [])
  end

  it "skips nobody when a subscriber removes itself while it runs (H-185)" do
    once = proc do
      seen << :once
      bus.unsubscribe(once)
    end
    bus.subscribe("a.b", &once)
    bus.subscribe("a.b") { seen << :neighbour }
    2.times { bus.instrument("a.b") }

    expect(seen).to eq(%i[once neighbour neighbour])
  end

  it "lets a subscription made in a handler start with the next dispatch" do
    bus.subscribe("a.b") { bus.subscribe("a.b") { seen << :added } if bus.listeners["a.b"].size == 1 }
    2.times { bus.instrument("a.b") }

    expect(seen).to eq([:added])
  end

  it "calls every live listener once while others come and go (H-185)" do
    steady = Array.new(5) { |index| proc { seen << index } }
    steady.each { |block| bus.subscribe("a.b", &block) }
    churn = Thread.new do
      1_000.times do
        passing = proc {}
        bus.subscribe("a.b", &passing)
        bus.unsubscribe(passing)
      end
    end
    rounds = 0
    while churn.alive? || rounds < 100
      bus.instrument("a.b")
      rounds += 1
    end
    churn.join

    expect(seen).to eq((0..4).to_a * rounds)
  end

  it "allocates nothing when nobody listens" do
    payload = { x: 1 }.freeze
    work = -> { 1_000.times { bus.instrument("a.b", payload) } }
    work.call
    allocated = alone do
      before = GC.stat(:total_allocated_objects)
      work.call
      GC.stat(:total_allocated_objects) - before
    end

    expect(allocated).to be < 10
  end

  # What the block returns in a child process, where no thread of another example can add to the count.
  def alone
    reader, writer = IO.pipe
    child = fork do
      writer.puts(yield)
      writer.close
      exit!(0)
    end
    writer.close
    Integer(reader.read)
  ensure
    Process.wait(child)
  end

  it "takes no time when nobody listens" do
    expect(bus).not_to receive(:monotonic_now)
    bus.instrument("a.b") { 1 }
  end
end
