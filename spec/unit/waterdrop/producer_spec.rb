# frozen_string_literal: true

require "logger"
require "stringio"
require_relative "../spec_helper"
require "waterdrop"

RSpec.describe WaterDrop::Producer do
  subject(:producer) { described_class.new { |config| config.deliver = false } }

  after { producer.close }

  def invalid(**settings)
    described_class.new { |config| settings.each { |name, value| config.public_send(:"#{name}=", value) } }
  end

  describe "#setup" do
    it "fills in librdkafka settings on a copy" do
      kafka = { "bootstrap.servers": "localhost:1" }.freeze
      made = described_class.new { |config| config.kafka = kafka }
      expect(made.config.kafka).to include(
        "bootstrap.servers": "localhost:1", "client.id": "waterdrop", "statistics.interval.ms": 5_000,
        "message.timeout.ms": 150_000, "transaction.timeout.ms": 165_000, "socket.nagle.disable": true
      )
      expect(kafka.keys).to eq([:"bootstrap.servers"])
    end

    it "refuses a second time, closed or not" do
      expect { producer.setup { nil } }
        .to raise_error(WaterDrop::Errors::ProducerAlreadyConfiguredError, producer.id)
      producer.close
      expect { producer.setup { nil } }.to raise_error(WaterDrop::Errors::ProducerAlreadyConfiguredError)
    end

    it "leaves the producer as it was when settings are refused" do
      made = described_class.new
      expect { made.setup { |config| config.id = "" } }
        .to raise_error(WaterDrop::Errors::ConfigurationInvalidError, /id/)
      expect([made.status.to_sym, made.id, made.config, made.monitor]).to eq([:initial, nil, nil, nil])
    end

    it "returns nil" do
      expect(described_class.new.setup { |config| config.deliver = false }).to be_nil
    end

    it "refuses what is documented as invalid" do
      [{ idle_disconnect_timeout: 1_000 }, { kafka: { "a" => 1 } }, { kafka: nil }, { max_payload_size: 0 },
       { max_wait_timeout: -1 }, { deliver: nil }, { non_reloadable_errors: ["fenced"] },
       { statistics_decorator: 1 }, { client_class: nil }].each do |settings|
        expect { invalid(**settings) }
          .to raise_error(WaterDrop::Errors::ConfigurationInvalidError, /#{settings.keys.first}/)
      end
    end

    it "takes an own poller only with polling mode :fd" do
      expect do
        described_class.new do |config|
          config.polling.mode = :thread
          config.polling.poller = WaterDrop::Polling::Poller.new
        end
      end.to raise_error(WaterDrop::Errors::ConfigurationInvalidError, /polling.poller/)
    end

    it "reports all faults together" do
      expect { invalid(id: "", deliver: 1) }
        .to raise_error(WaterDrop::Errors::ConfigurationInvalidError, /id.*deliver|deliver.*id/)
    end

    it "warns of waits that end before a verdict" do
      output = StringIO.new
      described_class.new do |config|
        config.logger = Logger.new(output)
        config.max_wait_timeout = 10
      end
      expect(output.string).to match(/max_wait_timeout \(10 ms\).*message.timeout.ms \(150000 ms\)/)
    end

    it "warns of messages that time out with their first request, and of nothing by default" do
      output = StringIO.new
      [{}, { "message.timeout.ms": 60_000 },
       { "message.timeout.ms": 100, "socket.timeout.ms": "99" }].each do |kafka|
        described_class.new do |config|
          config.logger = Logger.new(output)
          config.kafka = kafka
        end
      end
      expect(output.string.lines.size).to eq(1)
      expect(output.string).to match(/message.timeout.ms \(60000 ms\).*socket.timeout.ms \(60000 ms\)/)
    end

    it "warns of messages that never time out, as no wait outlives them" do
      output = StringIO.new
      described_class.new do |config|
        config.logger = Logger.new(output)
        config.kafka = { "message.timeout.ms": 0 }
      end
      expect(output.string).to match(/max_wait_timeout \(180000 ms\).*message.timeout.ms \(Infinity ms\)/)
    end

    it "builds own values for each producer" do
      other = described_class.new { |config| config.deliver = false }
      %i[statistics_decorator middleware kafka non_reloadable_errors].each do |name|
        expect(other.config.public_send(name)).not_to be(producer.config.public_send(name))
      end
    end

    it "tells creation and configuration to the class monitor" do
      seen = []
      %w[producer.created producer.configured].each do |name|
        WaterDrop.monitor.subscribe(name) { |event| seen << [event.id, event[:producer].id] }
      end
      made = described_class.new { |config| config.id = "mine" }
      expect(seen).to eq([["producer.created", nil], ["producer.configured", made.id]])
    ensure
      WaterDrop.monitor.notifications_bus.clear
    end
  end

  describe "bad librdkafka settings" do
    it "surface at first use, each time, and do not keep the producer from closing" do
      made = described_class.new { |config| config.kafka = { "no.such": 1 } }
      2.times do
        expect { made.produce_async(topic: "a", payload: "") }
          .to raise_error(Rdkafka::Config::ConfigError, /no.such/)
      end
      expect(made.status).to be_configured
      expect(made.close).to eq(:closed)
    end
  end

  describe "settings that change later" do
    it "reach the next client" do
      built = []
      made = described_class.new do |config|
        config.kafka = { "client.id": "first" }
        config.client_class = Class.new(WaterDrop::Clients::Dummy) do
          define_method(:initialize) do |producer|
            super(producer)
            built << producer.config.kafka[:"client.id"]
          end
        end
      end
      made.client
      made.config.kafka = made.config.kafka.merge("client.id": "second")
      made.disconnect
      made.client
      expect(built).to eq(%w[first second])
    end

    it "bound payloads alike for every way of dispatch, as they were when it connected" do
      made = described_class.new do |config|
        config.kafka = { "bootstrap.servers": "localhost:1" }
        config.logger = Logger.new(IO::NULL)
      end
      made.config.max_payload_size = 3
      made.config.max_wait_timeout = 1
      large = { topic: "a", payload: "1234" }
      made.client
      made.config.max_payload_size = 10
      [-> { made.produce_async(large) }, -> { made.produce_many_async([large]) },
       -> { made.produce_sync(large) }].each do |dispatch|
        expect(&dispatch).to raise_error(WaterDrop::Errors::MessageInvalidError, /max_payload_size/)
      end
      made.close!
    end
  end

  describe "before setup" do
    let(:unset) { described_class.new }

    it "refuses use" do
      uses = [
        -> { unset.produce_async(topic: "a", payload: "") }, -> { unset.produce_many_sync([]) },
        -> { unset.buffer({}) }, -> { unset.flush_sync }, -> { unset.client }, -> { unset.with },
        -> { unset.transaction { nil } }
      ]
      expect(uses).to all(raise_error(WaterDrop::Errors::ProducerNotConfiguredError))
    end

    it "answers predicates and closes silently" do
      expect([unset.fd_polling?, unset.poller, unset.queue_size, unset.close]).to eq([false, nil, 0, nil])
    end
  end

  describe "after close" do
    before { producer.close }

    it "refuses use, though invalid messages first" do
      expect { producer.produce_sync(topic: "a", payload: "") }
        .to raise_error(WaterDrop::Errors::ProducerClosedError, producer.id)
      expect { producer.produce_sync({}) }.to raise_error(WaterDrop::Errors::MessageInvalidError)
    end

    it "stays quiet where nothing would happen" do
      expect([producer.flush_async, producer.flush_sync, producer.produce_many_async([]), producer.purge,
              producer.queue_size, producer.disconnect, producer.close]).to eq([[], [], [], nil, 0, false,
                                                                                nil])
    end
  end

  describe "#close" do
    it "of a producer that was never used emits both events without connecting" do
      seen = []
      %w[producer.closing producer.closed producer.connected].each do |name|
        producer.monitor.subscribe(name) { |event| seen << event.id }
      end
      expect(producer.close).to eq(:closed)
      expect(seen).to eq(%w[producer.closing producer.closed])
    end

    it "finishes when a listener of producer.closing raises, then raises" do
      producer.client
      producer.monitor.subscribe("producer.closing") { raise ArgumentError, "listener" }
      expect { producer.close }.to raise_error(ArgumentError, "listener")
      expect(producer.status).to be_closed
    end

    it "finishes when a buffered message is invalid, keeps it readable, then raises" do
      producer.buffer("no message")
      expect { producer.close }.to raise_error(WaterDrop::Errors::MessageInvalidError)
      expect([producer.status.to_sym, producer.messages]).to eq([:closed, ["no message"]])
    end

    it "sends what is buffered" do
      producer.buffer(topic: "a", payload: "1")
      seen = []
      producer.monitor.subscribe("messages.produced_sync") { |event| seen << event[:messages] }
      producer.close
      expect(seen).to eq([[{ topic: "a", payload: "1" }]])
    end

    it "works in a signal trap" do
      producer.buffer(topic: "a", payload: "1")
      closed = Queue.new
      previous = trap("USR2") { closed << producer.close }
      Process.kill("USR2", Process.pid)
      expect(closed.pop).to eq(:closed)
    ensure
      trap("USR2", previous || "DEFAULT")
    end

    it "waits for dispatches under way" do
      inside = Queue.new
      go_on = Queue.new
      allow(producer.client).to receive(:produce).and_wrap_original do |original, **message|
        inside << true
        go_on.pop
        original.call(**message)
      end
      dispatch = Thread.new { producer.produce_sync(topic: "a", payload: "1") }
      inside.pop
      closing = Thread.new { producer.close }
      Thread.pass until producer.status.closing?
      go_on << true
      expect(dispatch.value).to be_a(Rdkafka::Producer::DeliveryReport)
      expect(closing.value).to eq(:closed)
    end
  end

  describe "while it closes" do
    it "buffers nothing any more, and refuses dispatches once it has ended" do
      held = Queue.new
      producer.monitor.subscribe("producer.closing") { held.pop }
      closing = Thread.new { producer.close }
      Thread.pass until producer.status.closing? && closing.stop?
      expect { producer.buffer(topic: "a", payload: "1") }
        .to raise_error(WaterDrop::Errors::ProducerClosedError)
      late = Thread.new do
        producer.produce_async(topic: "a", payload: "1")
      rescue WaterDrop::Errors::ProducerClosedError => e
        [e.message, producer.status.to_sym]
      end
      Thread.pass until late.stop?
      expect(late.status).to eq("sleep")
      held << true
      expect([closing.value, late.value]).to eq([:closed, [producer.id, :closed]])
    end
  end

  describe "#tags" do
    it "are the user's" do
      producer.tags.add(:app, "shop")
      producer.tags.add(:host, "a")
      producer.tags.delete(:host)
      expect(producer.tags.to_a).to eq(["shop"])
      producer.tags.clear
      expect(producer.tags.to_a).to be_empty
    end
  end

  describe "#inspect" do
    it "shows the state without connecting" do
      expect(producer.inspect).to include(producer.id, "configured", "buffer=0", "connected=false")
      expect(producer.status).to be_configured
    end
  end

  describe "#client" do
    it "is built once and tells producer.connected" do
      connected = 0
      producer.monitor.subscribe("producer.connected") { connected += 1 }
      expect(Array.new(3) { producer.client }.uniq.size).to eq(1)
      expect([connected, producer.status.to_sym]).to eq([1, :connected])
    end

    it "honours a double put into @client and @pid" do
      double = WaterDrop::Clients::Buffered.new(nil)
      producer.instance_variable_set(:@client, double)
      producer.instance_variable_set(:@pid, Process.pid)
      producer.produce_async(topic: "a", payload: "1")
      expect(double.messages).to eq([{ topic: "a", payload: "1" }])
    end

    it "honours a stub of #client itself" do
      double = WaterDrop::Clients::Buffered.new(nil)
      allow(producer).to receive(:client).and_return(double)
      producer.produce_sync(topic: "a", payload: "1")
      expect(double.messages_for("a").size).to eq(1)
    end

    it "honours stubs on the real client" do
      made = described_class.new { |config| config.kafka = { "bootstrap.servers": "localhost:1" } }
      made.config.logger.level = Logger::FATAL
      allow(made.client).to receive(:produce).and_raise(Rdkafka::RdkafkaError.new(10))
      expect { made.produce_async(topic: "a", payload: "1") }
        .to raise_error(WaterDrop::Errors::ProduceError, /msg_size_too_large/)
      made.close
    end

    it "ignores deliver for a client class of the user's" do
      made = described_class.new do |config|
        config.deliver = false
        config.client_class = WaterDrop::Clients::Buffered
      end
      expect(made.client).to be_a(WaterDrop::Clients::Buffered)
    end
  end

  describe "the listeners of its settings" do
    it "are subscribed once, however often it connects" do
      listener = Class.new { def on_oauthbearer_token_refresh(_event) = nil }.new
      made = invalid(deliver: false, idle_disconnect_timeout: 30_000)
      made.config.oauth.token_provider_listener = listener
      3.times do
        made.client
        made.disconnect
      end
      listeners = made.monitor.listeners
      expect([listeners["oauthbearer.token_refresh"], listeners["statistics.emitted"].size])
        .to eq([[listener], 1])
    end
  end

  it "leaves nothing of a client behind whose start is cut short" do
    made = invalid(kafka: { "bootstrap.servers": "127.0.0.1:1", "transactional.id": "cut" },
                   logger: Logger.new(nil))
    seen = Queue.new
    %w[registered unregistered].each do |what|
      made.monitor.subscribe("poller.producer_#{what}") { seen << what }
    end
    connecting = Thread.new { made.client }
    expect(seen.pop).to eq("registered")
    connecting.kill.join
    expect([seen.size, made.status.to_sym, made.close]).to eq([1, :configured, :closed])
  end

  describe "#disconnect" do
    it "refuses without a client and with a buffer, else ends the client until the next use" do
      expect(producer.disconnect).to be(false)
      producer.client
      producer.buffer(topic: "a", payload: "1")
      expect(producer.disconnect).to be(false)
      producer.flush_sync
      expect([producer.disconnect, producer.status.to_sym]).to eq([true, :disconnected])
      producer.produce_sync(topic: "a", payload: "1")
      expect(producer.status).to be_connected
    end

    it "leaves the producer connected where a listener stands in its way, able to disconnect later" do
      producer.client
      attempts = 0
      producer.monitor.subscribe("producer.disconnecting") { (attempts += 1) == 1 && raise("not now") }
      expect([producer.disconnect, producer.status.to_sym]).to eq([false, :connected])
      expect([producer.disconnect, producer.status.to_sym]).to eq([true, :disconnected])
    end

    it "is possible only while nothing goes on" do
      expect(producer).not_to be_disconnectable
      producer.client
      expect(producer).to be_disconnectable
      producer.buffer(topic: "a", payload: "1")
      expect(producer).not_to be_disconnectable
      within = []
      producer.monitor.subscribe("messages.produced_async") { within << producer.disconnectable? }
      allow(producer.client).to receive(:produce).and_wrap_original do |original, **message|
        within << producer.disconnectable? << producer.disconnect
        original.call(**message)
      end
      producer.flush_async
      expect([within.first(2), producer.disconnectable?]).to eq([[false, false], true])
    end

    it "is impossible in a transaction" do
      made = invalid(deliver: false, kafka: { "transactional.id": "tx" })
      expect(made.transaction { [made.disconnectable?, made.disconnect] }).to eq([false, false])
      expect([made.disconnect, made.close]).to eq([true, :closed])
    end
  end

  describe "in a child process" do
    def in_child
      reader, writer = IO.pipe
      pid = fork do
        reader.close
        writer.write(Marshal.dump(yield))
        writer.close
        exit!(0)
      end
      writer.close
      Marshal.load(reader.read) # rubocop:disable Security/MarshalLoad
    ensure
      Process.wait(pid)
    end

    it "works if it was only configured" do
      producer
      expect(in_child { producer.produce_sync(topic: "a", payload: "1").offset }).to eq(0)
    end

    it "refuses its first use if the parent used it, then builds anew" do
      producer.client
      seen = in_child do
        first = begin
          producer.produce_sync(topic: "a", payload: "1")
        rescue WaterDrop::Errors::ProducerUsedInParentProcess => e
          e.message == Process.pid.to_s
        end
        [first, producer.produce_sync(topic: "a", payload: "1").offset]
      end
      expect(seen).to eq([true, 0])
    end

    it "closes nothing of the parent" do
      producer.client
      producer.buffer(topic: "a", payload: "1")
      seen = in_child do
        events = 0
        producer.monitor.subscribe("producer.closed") { events += 1 }
        [producer.close, events, producer.messages.size, producer.client.class.name]
      end
      expect(seen).to eq([nil, 0, 1, "WaterDrop::Clients::Dummy"])
    end

    it "disconnects with its events" do
      producer.client
      expect(in_child { producer.disconnect }).to be(true)
    end

    it "stays closed if it was closed" do
      producer.close
      seen = in_child do
        producer.produce_sync(topic: "a", payload: "1")
      rescue WaterDrop::Errors::ProducerClosedError
        :closed
      end
      expect(seen).to eq(:closed)
    end
  end
end
