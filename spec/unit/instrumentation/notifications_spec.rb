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
end
