# frozen_string_literal: true

RSpec.describe Karafka::Setup::DefaultsInjector do
  around do |example|
    before = Karafka.env.to_s
    example.run
  ensure
    Karafka.env = before
  end

  it "completes consumers in production, without what helps development" do
    Karafka.env = "production"

    expect(described_class.consumer({})).to eq(
      "statistics.interval.ms": 5_000, "client.software.name": "karafka",
      "client.software.version": "#{Karafka::VERSION}-#{Karafka::NATIVE_VERSION}",
      "max.poll.interval.ms": 300_000, "socket.nagle.disable": true
    )
    expect(described_class.producer({})).to eq({})
  end

  it "helps development where it is not production" do
    Karafka.env = "development"
    help = { "allow.auto.create.topics": "true", "topic.metadata.refresh.interval.ms": 5_000 }

    expect(described_class.consumer({})).to include(help)
    expect(described_class.producer({})).to eq(**help, "socket.nagle.disable": true)
  end

  it "changes nothing that is set, not even to nil or false (H-246)" do
    given = { "statistics.interval.ms": nil, "socket.nagle.disable": false,
              "allow.auto.create.topics": false }
    completed = described_class.consumer(given.dup)

    expect(completed).to include(given)
  end

  it "completes in place" do
    kafka = {}

    expect(described_class.consumer(kafka)).to equal(kafka)
  end
end
