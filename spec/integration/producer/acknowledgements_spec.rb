# frozen_string_literal: true

require "logger"
require_relative "../spec_helper"

RSpec.describe "The event message.acknowledged" do
  let(:topic) { create_topic("acknowledged", partitions: 2) }
  let(:producer) do
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka }
      config.logger = Logger.new(IO::NULL)
    end
    cleanups << -> { made.close }
    made
  end

  def subscribed(&)
    producer.monitor.subscribe("message.acknowledged", &)
  end

  def sent(count)
    producer.produce_many_sync(Array.new(count) { |i| { topic:, payload: i.to_s, partition: i % 2 } })
  end

  it "tells where each message is, whatever is asked of it and however often" do
    seen = []
    subscribed { |event| seen << event }
    handles = sent(10)
    rows = seen.map { |event| event.payload.values_at(:topic, :partition, :offset) }
    expect(rows).to match_array(handles.map { |handle| [topic, handle[:partition], handle[:offset]] })
    seen.each do |event|
      expect([event.id, event[:caller], event[:producer_id], event[:label]])
        .to eq(["message.acknowledged", producer, producer.id, nil])
      report = event[:delivery_report]
      expect([report.topic, report.partition, report.offset, report.error])
        .to eq([event[:topic], event[:partition], event[:offset], 0])
      expect(event.payload).to equal(event.payload)
      expect(event.payload[:delivery_report]).to equal(report)
      expect([event.dup.id, event.clone.payload]).to eq([event.id, event.payload])
      expect { event[:time] }.to raise_error(KeyError)
    end
  end

  it "tells the same of messages with a label" do
    seen = []
    subscribed { |event| seen << event.payload }
    sent(1)
    producer.produce_sync(topic:, payload: "1", partition: 0, label: :mine)
    plain, labelled = seen
    expect(labelled.keys).to match_array(plain.keys)
    expect([plain[:label], labelled[:label], plain[:offset], labelled[:offset]]).to eq([nil, :mine, 0, 1])
  end

  it "keeps its values for whoever keeps it, through collections and compaction" do
    seen = []
    subscribed { |event| seen << event }
    sent(500)
    5.times { GC.verify_compaction_references(double_heap: true, toward: :empty) }
    expect(seen.map { |event| event[:partition] }.tally).to eq(0 => 250, 1 => 250)
    expect(seen.map { |event| event[:offset] }.sort).to eq([*0..249, *0..249].sort)
    expect(seen.map { |event| event[:caller] }.uniq).to eq([producer])
  end

  it "survives a collection at every allocation" do
    seen = []
    producer.client
    subscribed { |event| seen << [event[:topic], event[:offset], event.payload[:producer_id]] }
    GC.stress = true
    sent(6)
    GC.stress = false
    expect(seen).to match_array([0, 1, 2].flat_map { |offset| [[topic, offset, producer.id]] * 2 })
  ensure
    GC.stress = false
  end

  it "reaches objects as well as blocks, and each once" do
    listener = Class.new do
      attr_reader :offsets

      def on_message_acknowledged(event) = (@offsets ||= []) << event[:offset]
    end.new
    blocks = []
    producer.monitor.subscribe(listener)
    subscribed { |event| blocks << event[:offset] }
    sent(4)
    expect([listener.offsets.sort, blocks.sort]).to eq([[0, 0, 1, 1]] * 2)
  end

  it "goes on with the next message after a listener that raises, and tells what it raised" do
    told = Queue.new
    producer.monitor.subscribe("error.occurred") { |event| told << [event[:type], event[:error].message] }
    seen = []
    subscribed { |event| event[:partition].zero? ? raise(ArgumentError, "no") : seen << event[:offset] }
    handles = sent(6)
    expect(handles.map { |handle| handle[:response] }).to all(eq(0))
    expect(Array.new(told.size) { told.pop }).to eq([["callbacks.delivery.error", "no"]] * 3)
    expect(seen).to eq([0, 1, 2])
  end

  it "goes on after what is no StandardError, as failed assertions of suites are" do
    told = Queue.new
    producer.monitor.subscribe("error.occurred") do |event|
      told << event[:error].class
      raise NotImplementedError
    end
    subscribed { |event| raise event[:offset].zero? ? NotImplementedError : SystemExit }
    expect(sent(4).map { |handle| handle[:response] }).to all(eq(0))
    expect(Array.new(told.size) { told.pop }.uniq).to contain_exactly(NotImplementedError, SystemExit)
    expect(producer.poller).to be_alive
  end

  it "stops with the message whose listener unsubscribes, and skips no neighbour" do
    first = 0
    second = 0
    once = lambda do |_event|
      first += 1
      producer.monitor.unsubscribe(once)
    end
    producer.monitor.subscribe("message.acknowledged", &once)
    subscribed { second += 1 }
    sent(6)
    expect([first, second]).to eq([1, 6])
  end

  # The VM alone takes its lock from a busy thread after 100 ms, which are tens of thousands of messages.
  it "is told while a thread dispatches without a pause, after not many more than a thousand messages" do
    told = known = sent = 0
    subscribed { told += 1 }
    gaps = []
    300_000.times do
      producer.produce_async(topic:, payload: "")
      sent += 1
      next if told == known

      gaps << sent
      known = told
      sent = 0
      break if gaps.last < 3_000
    end
    expect(gaps.min).to be < 3_000
  end

  it "is made of nothing while nobody listens" do
    made = -> { ObjectSpace.each_object(WaterDrop::Instrumentation::Acknowledgement).count }
    GC.start
    GC.disable
    before = made.call
    sent(100)
    unheard = made.call
    subscribed { nil }
    sent(100)
    expect([unheard - before, made.call - unheard]).to eq([0, 100])
  ensure
    GC.enable
  end

  it "reaches nobody after the event was registered anew" do
    seen = 0
    subscribed { seen += 1 }
    producer.monitor.notifications_bus.register_event("message.acknowledged")
    sent(2)
    expect(seen).to eq(0)
  end
end
