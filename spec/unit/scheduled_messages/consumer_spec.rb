# frozen_string_literal: true

require_relative "schedules_context"

# Runs without a connection, as a worker does them.
RSpec.describe Karafka::ScheduledMessages::Consumer, :fresh_app do
  include_context "with schedules"

  let(:client) do
    Class.new do
      attr_reader :seeks, :marked
      attr_accessor :watermarks

      def initialize
        @seeks = []
        @marked = []
      end

      def query_watermark_offsets(topic, partition) = watermarks.fetch([topic, partition])
      def seek(message) = @seeks << message.offset
      def pause(*) = nil
      def mark_as_consumed(message, *) = @marked << message.offset
    end.new
  end
  let(:routed) do
    Karafka::App.routes.draw { scheduled_messages(:later) }
    Karafka::App.routes.first.topics.find("later")
  end
  let(:coordinator) { Karafka::Processing::ConsumerGroups::Coordinator.new(routed, 2) }
  let(:producer) { WaterDrop::Producer.new { |config| config.client_class = WaterDrop::Clients::Buffered } }
  let(:consumer) do
    described_class.new.tap do |made|
      made.singleton_class.include(Karafka::Processing::ConsumerGroups::Strategy)
      made.coordinator = coordinator
      made.client = client
      made.messages = Karafka::Messages::Builders::Messages.call([], routed, 2, Time.now)
    end
  end
  let(:errors) { [] }

  before do
    Karafka::App.setup do |config|
      config.kafka = { "bootstrap.servers": "127.0.0.1:1" }
      config.scheduled_messages.producer = producer
    end
    Karafka.monitor.subscribe("error.occurred") { |event| errors << event[:error] }
    holding(0, 0)
  end

  after { producer.close }

  # What the partition holds, from the first offset to the one after the last.
  def holding(low, high) = client.watermarks = { ["later", 2] => [low, high] }

  def consume(*messages, eof: false)
    consumer.messages = Karafka::Messages::Builders::Messages.call(messages, routed, 2, Time.now)
    coordinator.state.begin_batch(messages.first.offset, messages.last.offset, eof)
    %i[on_before_schedule_consume on_before_consume on_consume on_after_consume].each do |step|
      consumer.public_send(step)
    end
  end

  def planned(offset, epoch = 1,
              **given)
    message(offset, key: "k#{offset}", headers: headers_of(epoch), **given)
  end

  def cancelled(offset, of:) = message(offset, key: "k#{of}", payload: nil)

  def reported
    producer.client.messages_for("later_states").map do |one|
      [one[:partition], JSON.parse(one[:payload])]
    end
  end

  def states = reported.filter_map { |_, report| report["state"] }
  def counts = reported.filter_map { |_, report| report["daily"]&.values }
  def dispatched = producer.client.messages_for("target").map { |one| one[:payload] }

  it "reads everything from the beginning before it sends anything" do
    holding(3, 6)
    consume(planned(5))
    expect([client.seeks, client.marked, states]).to eq([[:earliest], [], %w[fresh loading]])

    consume(planned(3), planned(4))
    consumer.tick
    expect([dispatched, states.last, client.marked]).to eq([[], "loading", []])

    consume(cancelled(5, of: 4))
    expect([dispatched, states.last, client.marked]).to eq([%w[p], "loaded", [5]])
    expect(reported.map(&:first)).to all(eq(2))
  end

  it "begins at a tick as well, and is loaded at once where there is nothing" do
    consumer.tick
    expect([client.seeks, states, counts]).to eq([[], %w[fresh loading loaded], [[0]]])

    consume(planned(0))
    expect([dispatched, client.marked]).to eq([[], [0]])
    consumer.tick
    expect(dispatched).to eq(%w[p])
  end

  it "is loaded at the partition's end too, though the last offset is none that a consumer sees" do
    holding(0, 9)
    consumer.tick
    consume(planned(0), planned(1), eof: true)
    expect([dispatched.size, states.last, client.marked]).to eq([2, "loaded", []])
  end

  it "is loaded when the end comes without messages" do
    holding(0, 9)
    consumer.tick
    consume(planned(0))
    consumer.eofed
    expect([dispatched.size, states.last]).to eq([1, "loaded"])
    consumer.eofed
    expect(states.count("loaded")).to eq(1)
  end

  it "reads from the beginning when the first attempt to begin failed, at midnight too" do
    holding(0, 2)
    consumer.tick
    consume(planned(0), planned(1))
    expect(dispatched.size).to eq(2)
    allow(Time).to receive(:now).and_return(Time.now + 86_400)
    client.watermarks = {}
    expect { consumer.tick }.to raise_error(KeyError)
    consume(planned(2))
    expect([client.marked.last, dispatched.size, errors.last]).to match([1, 2, an_instance_of(KeyError)])
    holding(0, 3)
    consumer.tick
    expect([client.seeks.size, states.last]).to eq([2, "loading"])
  end

  it "sends what is due while records never cease, once in an interval" do
    consumer.tick
    times = [0.0, 1.0, 15_001.0]
    allow(consumer).to receive(:monotonic_now) { times.shift }
    consumer.instance_variable_set(:@dispatched_at, 0.0)
    consume(planned(0))
    expect(dispatched).to be_empty
    consume(planned(1))
    expect(dispatched).to be_empty
    consume(planned(2))
    expect(dispatched.size).to eq(3)
  end

  it "reads everything again at midnight, by a new reading of the clock, and marks nothing meanwhile" do
    now = Time.now
    consumer.tick
    tomorrow = now.to_i + 86_400
    consume(planned(0, tomorrow), planned(1))
    consumer.tick
    expect([dispatched.size, counts.last]).to eq([1, [0, 1]])

    allow(Time).to receive(:now).and_return(now + 86_400)
    holding(0, 2)
    consumer.tick
    expect([states.last, client.seeks]).to eq(["loading", [:earliest]])
    consume(planned(0, tomorrow))
    expect(client.marked).to eq([0, 1])
    consume(cancelled(1, of: 1))
    expect([dispatched.size, client.marked, states.last]).to eq([2, [0, 1, 1], "loaded"])
  end

  it "halts at a record of a newer schema, having marked what came before it" do
    consumer.tick
    newer = planned(1, payload: "p", headers: { **headers_of(1), "schedule_schema_version" => "99.0.0" })
    consume(planned(0), newer, planned(2))
    expect(errors).to match([an_instance_of(Karafka::ScheduledMessages::Errors::IncompatibleSchemaError)])
    expect([dispatched, client.marked, consumer.seek_offset]).to eq([[], [0], 1])
  end

  it "is never loaded while a record of a newer schema lies ahead" do
    holding(0, 2)
    consumer.tick
    newer = planned(1, headers: { **headers_of(1), "schedule_schema_version" => "99.0.0" })
    2.times { consume(planned(0), newer) }
    consumer.tick
    expect([errors.size, dispatched, states.last]).to eq([2, [], "loading"])
  end

  it "marks records that schedule nothing, and says so of those that look as if they did" do
    consumer.tick
    consume(message(0, headers: {}), message(1, headers: { "schedule_target_epoch" => "1" }))
    expect(client.marked).to eq([0, 1])
    expect(app_log.scan(/later.*offset (\d) lacks/)).to eq([["1"]])
  end

  it "writes a version once more that a tombstone took away by mistake" do
    consumer.tick
    consume(planned(0, key: "k"))
    consumer.tick
    consume(planned(1, Time.now.to_i + 86_400, key: "k", payload: "later on"),
            message(2, key: "k", payload: nil, headers: { "schedule_source_offset" => "0" }))
    expect(producer.client.messages_for("later").last)
      .to include(key: "k", payload: "later on", partition: 2)
  end

  it "tells that it stopped" do
    consumer.shutdown
    consumer.tick
    consumer.shutdown
    expect(states).to eq(%w[fresh loading loaded stopped])
  end

  it "goes on when states cannot be told, and says so" do
    allow(producer).to receive(:produce_async).and_call_original
    allow(producer).to receive(:produce_async).with(hash_including(topic: "later_states"))
                                              .and_raise(WaterDrop::Errors::ProduceError)
    consumer.tick
    consume(planned(0))
    consumer.tick
    expect(dispatched).to eq(%w[p])
    expect(errors).to all(be_a(WaterDrop::Errors::ProduceError)).and(have_attributes(size: be >= 4))
  end
end
