# frozen_string_literal: true

require "logger"
require "stringio"
require_relative "../spec_helper"
require "waterdrop"
require "waterdrop/instrumentation/vendors/datadog/metrics_listener"

RSpec.describe WaterDrop::Instrumentation do
  let(:producer) { WaterDrop::Producer.new { |config| config.client_class = WaterDrop::Clients::Buffered } }

  after { producer.close }

  describe WaterDrop::Instrumentation::Monitor do
    it "knows the producer's events alone" do
      unknown = Karafka::Core::Monitoring::Notifications::EventNotRegistered
      expect { producer.monitor.subscribe("consumer.consumed") { nil } }.to raise_error(unknown)
      expect { WaterDrop.monitor.subscribe("message.acknowledged") { nil } }.to raise_error(unknown)
    end

    it "publishes through a foreign bus under its namespace" do
      bus = Class.new do
        attr_reader :seen

        def instrument(name, payload)
          (@seen ||= []) << [name, payload[:message]]
          yield if block_given?
        end
      end.new
      made = WaterDrop::Producer.new do |config|
        config.deliver = false
        config.monitor = described_class.new(bus, "water")
      end
      made.produce_async(topic: "a", payload: "1")
      expect(bus.seen).to include(["message.produced_async.water", { topic: "a", payload: "1" }])
    end

    it "serves tracers, which wrap the work of each dispatch" do
      spans = []
      tracer = Class.new(described_class) do
        define_method(:instrument) do |event_id, payload = {}, &block|
          spans << event_id
          super(event_id, payload, &block)
        end
      end
      made = WaterDrop::Producer.new do |config|
        config.kafka = { "bootstrap.servers": "localhost:1" }
        config.monitor = tracer.new
        config.logger = Logger.new(IO::NULL)
      end
      2.times { made.produce_async(topic: "a", payload: "1") }
      expect(spans.count("message.produced_async")).to eq(2)
      made.config.max_wait_timeout = 1
      made.close!
    end

    it "serves stubs of the monitor and subscribers that come late" do
      made = WaterDrop::Producer.new do |config|
        config.kafka = { "bootstrap.servers": "localhost:1" }
        config.logger = Logger.new(IO::NULL)
        config.max_wait_timeout = 1
      end
      made.produce_async(topic: "a", payload: "1")
      heard = 0
      made.monitor.subscribe("message.produced_async") { heard += 1 }
      made.produce_async(topic: "a", payload: "2")
      made.monitor.notifications_bus.clear("message.produced_async")
      allow(made.monitor).to receive(:instrument).and_call_original
      made.produce_async(topic: "a", payload: "3")
      expect(made.monitor).to have_received(:instrument).with("message.produced_async", any_args)
      expect(heard).to eq(1)
      made.close!
    end
  end

  describe WaterDrop::Instrumentation::LoggerListener do
    let(:output) { StringIO.new }

    def listen(**options)
      logger = Logger.new(output, formatter: ->(level, _time, _name, text) { "#{level} #{text}\n" })
      producer.monitor.subscribe(described_class.new(logger, **options))
    end

    it "writes what happened, with id and time, and contents at DEBUG" do
      listen
      producer.produce_async(topic: "orders", payload: "secret")
      producer.produce_many_sync([{ topic: "a", payload: "" }, { topic: "b", payload: "" }])
      lines = output.string.lines(chomp: true)
      expect(lines[0]).to match(/\AINFO \[#{producer.id}\] .*orders.*dispatch queue took \d+\.\d\d ms\z/)
      expect(lines[1]).to match(/\ADEBUG .*secret/)
      expect(lines[2]).to match(/2 messages to 2 topics/)
    end

    it "does not inspect contents for a logger that drops them" do
      producer.monitor.subscribe(described_class.new(Logger.new(output, level: Logger::INFO)))
      payload = +"secret"
      expect(payload).not_to receive(:inspect)
      producer.produce_async(topic: "orders", payload:)
      expect(output.string).to include("orders")
    end

    it "leaves contents out if so asked, and writes errors with their type" do
      listen(log_messages: false)
      producer.buffer(topic: "a", payload: "secret")
      producer.flush_sync
      allow(producer.client).to receive(:produce).and_raise(Rdkafka::RdkafkaError.new(10))
      expect do
        producer.produce_sync(topic: "a", payload: "")
      end.to raise_error(WaterDrop::Errors::ProduceError)
      expect(output.string).not_to include("secret")
      expect(output.string).to match(/^ERROR .*message.produce_sync.*msg_size_too_large/)
    end
  end

  describe WaterDrop::Instrumentation::IdleDisconnectorListener do
    it "disconnects once nothing was sent for the time" do
      disconnected = Queue.new
      listener = described_class.new(Struct.new(:queue) { def disconnect = queue << true }.new(disconnected),
                                     disconnect_timeout: 10)
      now = 0
      allow(listener).to receive(:monotonic_now) { now }
      [[0, 1], [5, 1], [11, 2], [20, 2], [22, 2], [25, 2]].each do |at, sent|
        now = at
        listener.on_statistics_emitted({ statistics: { "txmsgs" => sent } })
      end
      expect(disconnected.pop).to be(true)
      expect(disconnected).to be_empty
    end
  end

  describe WaterDrop::Instrumentation::Vendors::Datadog::MetricsListener do
    it "publishes what happens and what librdkafka tells" do
      client = Class.new do
        attr_reader :calls

        %i[count increment gauge histogram decrement].each do |name|
          define_method(name) { |*given| (@calls ||= []) << [name, *given] }
        end
      end.new
      listener = described_class.new do |config|
        config.client = client
        config.default_tags = ["app:a"]
      end
      producer.monitor.subscribe(listener)
      producer.produce_sync(topic: "orders", payload: "")
      producer.buffer(topic: "orders", payload: "")
      broker = { "nodeid" => 1, "nodename" => "b:1", "txretries_d" => 3, "rtt" => { "avg" => 5 } }
      statistics = { "tx_d" => 2, "brokers" => { "b" => broker, "x" => broker.merge("nodeid" => -1) } }
      listener.on_statistics_emitted({ statistics: })
      expect(client.calls).to eq(
        [[:increment, "waterdrop.produced_sync", { tags: %w[app:a topic:orders] }],
         [:histogram, "waterdrop.buffer.size", 1, { tags: ["app:a"] }],
         [:count, "waterdrop.calls", 2, { tags: ["app:a"] }],
         [:count, "waterdrop.deliver.attempts", 3, { tags: %w[app:a broker:b:1] }],
         [:gauge, "waterdrop.network.latency.avg", 5, { tags: %w[app:a broker:b:1] }]]
      )
      producer.flush_sync
    end
  end
end
