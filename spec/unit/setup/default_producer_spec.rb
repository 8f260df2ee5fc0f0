# frozen_string_literal: true

# With the real producer, which connects to nothing until it is used.
RSpec.describe Karafka::Setup::DefaultProducer, :fresh_app do
  let(:producer) { Karafka.producer }

  before do
    Karafka::App.setup do |config|
      config.client_id = "the-app"
      config.kafka = { "bootstrap.servers": "127.0.0.1:9", "fetch.wait.max.ms": 5, acks: "all" }
      config.producer { |producer_config| producer_config.max_payload_size = 7 }
    end
  end

  after { producer.close }

  it "has producer properties only, and a client id of its own" do
    kafka = producer.config.kafka

    expect(kafka).to include("bootstrap.servers": "127.0.0.1:9", acks: "all", "client.id": "waterdrop")
    expect(kafka).not_to include(:"fetch.wait.max.ms")
  end

  it "shares the app's logger, has its own bus, and took the deferred block" do
    expect(producer.config.logger).to equal(Karafka.logger)
    expect(producer.monitor).not_to equal(Karafka.monitor)
    expect(producer.config.max_payload_size).to eq(7)
  end

  it "takes debugging afterwards" do
    Karafka::App.debug!("msg")

    expect(producer.config.kafka[:debug]).to eq("msg")
  end
end
