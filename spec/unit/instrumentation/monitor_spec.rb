# frozen_string_literal: true

RSpec.describe Karafka::Instrumentation::Monitor do
  it "says whether batches are heard, as long as it only publishes" do
    monitor = described_class.new
    expect(monitor.batches_heard).to equal(monitor.notifications_bus.batches_heard)
    allow(monitor).to receive(:instrument)
    expect(monitor.batches_heard).to be_nil
  end

  it "does not say so where it does more, or publishes elsewhere" do
    tracing = Class.new(described_class) { def instrument(*, &block) = block&.call }
    bus = Karafka::Instrumentation::Notifications
    others = [tracing.new, described_class.new(Class.new(bus).new), described_class.new(bus.new, "app")]
    others.each { |monitor| expect(monitor.batches_heard).to be_nil }
  end

  it "does not say so once a tracer stands in front of it" do
    monitor = described_class.new
    monitor.singleton_class.prepend(Module.new { def instrument(*, &block) = block&.call })
    expect(monitor.batches_heard).to be_nil
  end
end
