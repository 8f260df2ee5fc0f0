# frozen_string_literal: true

RSpec.describe Karafka::Instrumentation::Notifications do
  it "knows its events, each once" do
    expect(described_class::EVENTS).to be_frozen.and(all(be_frozen))
    expect(described_class::EVENTS.uniq).to eq(described_class::EVENTS)
    expect(described_class.new.available_events).to eq(described_class::EVENTS)
  end

  it "has a pair for each consumer hook, and one for each state of the app" do
    states = Karafka::Status::STATES.keys.map { |state| "app.#{state}" }
    pairs = %w[initialize initialized consume consumed eof eofed revoke revoked shutting_down shutdown
               tick ticked wrap wrapped].map { |name| "consumer.#{name}" }

    expect(described_class::EVENTS).to include(*states, *pairs)
  end

  it "tells whether somebody listens to what listeners say of each batch" do
    bus = described_class.new
    switch = bus.batches_heard
    bus.subscribe("consumer.consumed") { nil }
    bus.subscribe(Karafka::Instrumentation::AssignmentsTracker.instance)
    expect(switch).not_to be_on
    %w[client.events_poll connection.listener.fetch_loop connection.listener.fetch_loop.received
       consumer.before_schedule_consume].each do |name|
      bus.subscribe(name, &(listener = ->(_event) {}))
      expect(switch).to be_on, name
      bus.unsubscribe(listener)
      expect(switch).not_to be_on, name
    end
    bus.subscribe("client.events_poll") { nil }
    bus.clear("client.events_poll")
    expect(switch).not_to be_on
  end

  it "tells whether somebody listens to what is said of each job" do
    bus = described_class.new
    bus.subscribe("consumer.before_schedule_consume") { nil }
    expect(bus.jobs_heard).to be(false)
    %w[consumer.consume consumer.consumed consumer.wrap consumer.wrapped
       worker.completed worker.process worker.processed].each do |name|
      bus.subscribe(name) { nil }
      expect(bus.jobs_heard).to be(true), name
      bus.clear(name)
      expect(bus.jobs_heard).to be(false), name
    end
  end
end
