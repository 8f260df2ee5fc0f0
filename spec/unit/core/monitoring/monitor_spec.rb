# frozen_string_literal: true

# As tracing libraries write it: the default of `payload` is looked up from the subclass.
class SpanMonitor < Karafka::Core::Monitoring::Monitor
  def spans
    @spans ||= []
  end

  def instrument(event_id, payload = EMPTY_HASH, &block)
    spans << [:open, Thread.current]
    super.tap { spans << [:close, Thread.current] }
  end
end

RSpec.describe Karafka::Core::Monitoring::Monitor do
  let(:bus) { Karafka::Core::Monitoring::Notifications.new.tap { |one| one.register_event("a.b") } }
  let(:monitor) { described_class.new(bus) }

  it "accepts ids as Symbols" do
    seen = []
    monitor.subscribe("a.b") { |event| seen << event.id }
    monitor.instrument(:"a.b")

    expect(seen).to eq(["a.b"])
  end

  it "appends its namespace" do
    bus.register_event("a.b.mine")
    seen = []
    namespaced = described_class.new(bus, "mine")
    namespaced.subscribe("a.b.mine") { |event| seen << event.id }

    expect([namespaced.instrument("a.b") { 4 }, seen]).to eq([4, ["a.b.mine"]])
  end

  it "shows its bus, on which events are registered" do
    monitor.notifications_bus.register_event("app.mine")

    expect(monitor.instrument("app.mine") { 1 }).to eq(1)
  end

  it "removes listeners and shows them" do
    block = proc {}
    monitor.subscribe("a.b", &block)
    before = monitor.listeners
    monitor.unsubscribe(block)

    expect([before, monitor.listeners]).to eq([{ "a.b" => [block] }, { "a.b" => [] }])
  end

  it "leaves events that nobody listens to to a bus that publishes in its own way" do
    spying = Class.new(Karafka::Core::Monitoring::Notifications) do
      def told = @told ||= []
      def instrument(event_id, *) = told << event_id
    end
    bus = spying.new.tap { |one| one.register_event("a.b") }
    described_class.new(bus).instrument("a.b")

    expect(bus.told).to eq(["a.b"])
  end

  it "inspects shortly, whatever listens (H-192)" do
    50.times { monitor.subscribe("a.b") { nil } }

    expect(monitor.inspect.size).to be < 200
  end

  it "lets a tracer wrap the work in a span, on one thread" do
    tracer = SpanMonitor.new(bus)
    result = tracer.instrument("a.b") { (tracer.spans << [:work, Thread.current]) && 5 }

    expect(result).to eq(5)
    expect(tracer.spans).to eq(%i[open work close].map { |step| [step, Thread.current] })
  end
end
