# frozen_string_literal: true

RSpec.describe Karafka::Setup::Config, :fresh_app do
  # Stands in for the producer's class: setup only builds one and hands its settings on.
  let(:producer_class) do
    Class.new do
      attr_reader :config

      def initialize
        oauth = Struct.new(:token_provider_listener).new(false)
        @config = Struct.new(:kafka, :logger, :oauth, :max_payload_size).new({}, nil, oauth, 1_000_012)
        yield(@config)
      end
    end
  end

  let(:kafka) { { "bootstrap.servers": "127.0.0.1:9092" } }
  let(:config) { Karafka::App.config }

  before { stub_const("WaterDrop::Producer", producer_class) }

  def setup(**assigned, &block)
    Karafka::App.setup do |settings|
      settings.kafka = kafka
      assigned.each { |name, value| settings.public_send(:"#{name}=", value) }
      block&.call(settings)
    end
  end

  it "returns nil, leaves the app initialized and its settings readable" do
    expect(setup(client_id: "mine")).to be_nil
    expect([Karafka::App.initialized?, config.client_id]).to eq([true, "mine"])
  end

  it "needs no block once kafka is there" do
    config.kafka = kafka

    expect(Karafka::App.setup).to be_nil
  end

  it "refuses settings that do not exist" do
    expect { setup(no_such: 1) }.to raise_error(NoMethodError)
  end

  it "keeps what was assigned when validation fails, builds nothing and stays initializing" do
    expect { setup(client_id: "kept", concurrency: 0) }
      .to raise_error(Karafka::Errors::InvalidConfigurationError, /config.concurrency/)
    expect([config.client_id, Karafka.producer, Karafka::App.initializing?]).to eq(["kept", nil, true])
  end

  it "runs in the documented order" do
    order = []
    config.oauth.token_provider_listener = double(on_oauthbearer_token_refresh: nil)
    allow(config.monitor).to receive(:subscribe) { |listener| order << listener.class }
    allow(Karafka::Setup::DefaultProducer).to receive(:build) do
      order << :producer
      double(config: :producer_config)
    end
    allow(described_class).to receive(:after_setup).and_return([->(_) { order << :features }])
    allow(config.internal.status).to receive(:initialized!) { order << :initialized }
    setup { |settings| settings.producer { order << :producer_block } }

    expect(order).to eq([
                          config.oauth.token_provider_listener.class, :producer, :producer_block, :features,
                          Karafka::Instrumentation::CriticalErrorsListener,
                          Karafka::Instrumentation::AssignmentsTracker, :initialized
                        ])
  end

  it "shows `app.initialized` to who subscribed in the setup block, once over two setups" do
    seen = []
    2.times do
      setup { |settings| settings.monitor.subscribe("app.initialized") { |event| seen << event.id } }
    end

    expect(seen).to eq(["app.initialized"])
  end

  it "doubles no internal listener over two setups" do
    config.oauth.token_provider_listener = double(on_oauthbearer_token_refresh: nil)
    2.times { setup }
    listeners = config.monitor.listeners

    expect(listeners["rebalance.partitions_assigned"].size).to eq(1)
    expect(listeners["error.occurred"].size).to eq(1)
    expect(listeners["oauthbearer.token_refresh"]).to eq([config.oauth.token_provider_listener])
  end

  it "checks what features added, after the core's settings" do
    feature = Class.new(Karafka::Contracts::Base) { required(:client_id) { "refused by the feature" } }
    allow(described_class).to receive(:contracts).and_return([feature.new])

    expect { setup }.to raise_error(Karafka::Errors::InvalidConfigurationError, /config.client_id.*refused/)
    expect { setup(concurrency: 0) }.to raise_error(Karafka::Errors::InvalidConfigurationError, /concurrency/)
  end

  it "keeps what features registered" do
    expect([described_class.contracts, described_class.after_setup])
      .to match([equal(described_class.contracts), equal(described_class.after_setup)])
  end

  it "refuses to go on beside a rival gem that was loaded after this one" do
    allow(Karafka::GemConflicts).to receive(:verify!).and_raise(Karafka::Errors::DependencyConstraintsError)

    expect { setup }.to raise_error(Karafka::Errors::DependencyConstraintsError)
  end

  describe "logger and monitor" do
    it "are left alone where no token listener is configured" do
      allow(config.monitor).to receive(:subscribe)
      setup

      expect(config.monitor).not_to have_received(:subscribe).with(false)
    end

    it "are those of the configuration, also when setup replaced them (H-195)" do
      earlier = [Karafka.logger, Karafka.monitor]
      monitor = Karafka::Instrumentation::Monitor.new
      logger = Logger.new(IO::NULL)
      setup(monitor:, logger:)

      expect([Karafka.logger, Karafka.monitor]).to match([equal(logger), equal(monitor)])
      expect(earlier).not_to include(logger)
      expect(monitor.listeners["rebalance.partitions_assigned"].size).to eq(1)
    end
  end

  describe "the producer" do
    it "gets the producer's properties, the logger and the token listener, in a hash of its own" do
      listener = double(on_oauthbearer_token_refresh: nil)
      kafka.merge!("compression.codec": "gzip", "fetch.wait.max.ms": 10)
      setup { |settings| settings.oauth.token_provider_listener = listener }
      built = Karafka.producer.config
      built.kafka[:acks] = 1

      expect(built.kafka.keys).to include(:"compression.codec", :"bootstrap.servers")
      expect(built.kafka.keys).not_to include(:"fetch.wait.max.ms", :"client.id")
      expect(config.kafka.keys).not_to include(:acks)
      expect([built.logger, built.oauth.token_provider_listener]).to eq([config.logger, listener])
    end

    it "is not replaced by a second setup, which applies its block to it" do
      setup
      first = Karafka.producer
      setup { |settings| settings.producer { |producer_config| producer_config.max_payload_size = 5 } }

      expect(Karafka.producer).to equal(first)
      expect(first.config.max_payload_size).to eq(5)
    end

    it "is what the app assigned, either way, and gets the block too" do
      own = producer_class.new { nil }
      setup { |settings| settings.producer = own }
      expect(Karafka.producer).to equal(own)

      other = producer_class.new { nil }
      setup do |settings|
        settings.producer(other)
        settings.producer { |producer_config| producer_config.max_payload_size = 7 }
      end
      expect(Karafka.producer).to equal(other)
      expect(other.config.max_payload_size).to eq(7)
    end

    it "is not reset by being read in the setup block" do
      own = producer_class.new { nil }
      read = []
      setup do |settings|
        read << settings.producer
        settings.producer = own
        read << settings.producer
      end

      expect([read, Karafka.producer]).to eq([[nil, own], own])
    end

    it "hands the complete settings to the last block, after the setup block returned" do
      steps = []
      setup do |settings|
        settings.producer { steps << :first }
        settings.producer { |producer_config| steps << producer_config.max_payload_size }
        steps << :block_ended
      end

      expect(steps).to eq([:block_ended, 1_000_012])
    end
  end
end
