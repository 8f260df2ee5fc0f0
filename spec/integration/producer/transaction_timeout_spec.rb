# frozen_string_literal: true

require "logger"
require_relative "../spec_helper"

# The broker, one of the file's own, looks for transactions that are too old five times a second.
RSpec.describe "A transaction that stays open beyond transaction.timeout.ms" do
  let(:servers) { @cluster.settings.bootstrap_servers }
  let(:client) { peer_of("bootstrap.servers" => servers) }
  let(:topic) { client.create_topic(unique("left-open")) }
  let(:id) { unique("tx") }
  let(:producer) { build("transaction.timeout.ms": 1_000, "message.timeout.ms": 900) }

  before(:context) do
    @cluster = Specs::Kafka.start(
      set: { "transaction.abort.timed.out.transaction.cleanup.interval.ms" => 200 }
    )
  end
  after(:context) { Specs::Kafka.discard(@cluster) }

  def build(**settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": servers, "transactional.id": id, **settings }
      config.logger = Logger.new(IO::NULL)
    end
    cleanups << -> { made.close! }
    made
  end

  # One message, after which the broker, who tells nobody, marks the end of the transaction in the log.
  def outlive
    producer.transaction do
      expect(producer.produce_sync(topic:, payload: "late").offset).to eq(0)
      await("the broker's end of it") { client.watermarks(topic).last == 2 }
      yield
    end
  end

  def events(*names)
    [].tap { |seen| names.each { |name| producer.monitor.subscribe(name) { |event| seen << event } } }
  end

  def fenced
    raise_error(Rdkafka::RdkafkaError) { |error| expect([error.code, error.fatal?]).to eq([:fenced, true]) }
  end

  ends = {
    "its commit" => ["transaction.commit", -> {}, -> { fenced }],
    "its abort" => ["transaction.abort", -> { raise WaterDrop::AbortTransaction }, -> { fenced }],
    "the abort after an error, which is raised," => [
      "transaction.abort", -> { raise KeyError, "mine" }, -> { raise_error(KeyError, "mine") }
    ],
    "its next dispatch" => [
      "message.produce_sync", -> { producer.produce_sync(topic:, payload: "later") },
      -> { raise_error(WaterDrop::Errors::ProduceError, /invalid_producer_epoch/) }
    ]
  }

  ends.each do |name, (type, finish, failure)|
    it "is over for the broker: #{name} fails, nothing is visible, and the producer is fenced for good" do
      errors = events("error.occurred")
      others = events(*%w[transaction.committed transaction.aborted transaction.finished producer.reload])
      expect { outlive { instance_exec(&finish) } }.to instance_exec(&failure)
      expect(errors.map { |event| event[:type] }).to include(type)

      2.times { expect { producer.transaction { raise "never begins" } }.to fenced }
      expect { producer.produce_sync(topic:, payload: "again") }
        .to raise_error(WaterDrop::Errors::ProduceError, /fenced/)
      expect([others.map(&:id), producer.status.to_sym]).to eq([[], :connected])

      expect(build.produce_sync(topic:, payload: "of the next one").error).to be_nil
      expect(client.read(topic, count: 1).map(&:payload)).to eq(["of the next one"])
      expect(producer.close).to eq(:closed)
    end
  end
end
