# frozen_string_literal: true

require_relative "../../../routing/routes_context"

RSpec.describe Karafka::Processing::ConsumerGroups::OffsetMetadata::Fetcher do
  include_context "with empty routes"

  let(:topic) { draw_topic("events") { offset_metadata(cache: true) } }
  let(:client) { client_of(topic) }
  let(:committed) { { "events" => [Rdkafka::Consumer::Partition.new(0, 5, 0, "text".b)] } }

  def client_of(topic)
    instance_double(
      Karafka::Connection::Client, subscription_group: topic.subscription_group, assigned?: true,
                                   assignment_lost?: false,
                                   committed: Rdkafka::Consumer::TopicPartitionList.new(committed)
    )
  end

  before { described_class.register(client) }

  after { described_class.forget(client) }

  it "goes by the original's name too" do
    expect(Karafka::Pro::Processing::ConsumerGroups::OffsetMetadata::Fetcher).to equal(described_class)
  end

  it "asks once until the next rebalance, as UTF-8" do
    2.times { expect(described_class.find(topic, 0)).to eq("text") }
    expect(described_class.find(topic, 0).encoding).to eq(Encoding::UTF_8)
    expect(client).to have_received(:committed).once

    described_class.clear(client)
    described_class.find(topic, 0)
    expect(client).to have_received(:committed).twice
  end

  it "asks each time without the cache, and deserializes each time with it" do
    calls = []
    fresh = draw_topic("events", group: "fresh") { offset_metadata(cache: false) }
    kept = draw_topic("events", group: "kept") { offset_metadata(deserializer: ->(text) { calls << text }) }
    clients = [fresh, kept].map { |one| client_of(one).tap { |made| described_class.register(made) } }
    2.times { [fresh, kept].each { |one| described_class.find(one, 0) } }

    expect(clients.first).to have_received(:committed).twice
    expect(clients.last).to have_received(:committed).once
    expect(calls).to eq(%w[text text])
    clients.each { |made| described_class.forget(made) }
  end

  [nil, ""].each do |none|
    context "when what was committed is #{none.inspect}" do
      let(:committed) { { "events" => [Rdkafka::Consumer::Partition.new(0, 5, 0, none)] } }

      it "gives the deserializer nil, and the default reads it as empty" do
        seen = draw_topic("events", group: "seen") { offset_metadata(deserializer: ->(text) { [text] }) }
        other = client_of(seen)
        described_class.register(other)

        expect(described_class.find(topic, 0)).to eq("")
        expect(described_class.find(seen, 0)).to eq([nil])
        described_class.forget(other)
      end
    end
  end

  it "is false without the partition, after a loss, and for a client that left" do
    allow(client).to receive(:assigned?).and_return(false)
    expect(described_class.find(topic, 0)).to be(false)
    allow(client).to receive_messages(assigned?: true, assignment_lost?: true)
    expect(described_class.find(topic, 0)).to be(false)
    allow(client).to receive(:assignment_lost?).and_return(false, true)
    expect(described_class.find(topic, 0)).to be(false)
    described_class.forget(client)
    expect(described_class.find(topic, 0)).to be(false)
  end

  it "raises what the broker says of the partition" do
    committed["events"] = [Rdkafka::Consumer::Partition.new(0, nil, 29, nil)]
    other = draw_topic("events", group: "other")
    failing = client_of(other)
    described_class.register(failing)

    expect { described_class.find(other, 0) }.to raise_error(Rdkafka::RdkafkaError)
    described_class.forget(failing)
  end

  it "is not forgotten by a client that another has replaced" do
    other = client_of(topic)
    described_class.register(other)
    described_class.forget(client)

    expect(described_class.find(topic, 0)).to eq("text")
    described_class.forget(other)
  end
end
