# frozen_string_literal: true

RSpec.describe Karafka::Instrumentation::LoggerListener, :fresh_app do
  # [level, line], in order.
  let(:lines) { [] }
  let(:listener) { described_class.new }
  let(:topics) { [double(name: "b", active?: false), double(name: "a", active?: true)] }
  let(:group) { double(id: "g_s_0", name: "s", group_id: "g", topics:) }
  let(:topic) do
    double(name: "events", consumer: "EventsConsumer", subscription_group: group,
           dead_letter_queue: double(topic: "dead"))
  end
  let(:executor) { double(topic:, partition: 3) }
  let(:job) { stub_const("Some::Jobs::Consume", Struct.new(:id, :executor)).new("j1", executor) }
  let(:client) { double(id: "c1", subscription_group: group) }
  let(:consumer) do
    klass = Class.new do
      attr_reader :id, :topic, :partition

      def initialize(*values)
        @id, @topic, @partition = values
      end
    end
    stub_const("EventsConsumer", klass).new("co1", topic, 3)
  end

  before do
    recorded = lines
    Karafka.logger.formatter = lambda do |level, _time, _name, text|
      recorded << [level.downcase.to_sym, text]
      nil
    end
    Karafka.logger.level = Logger::DEBUG
    Karafka.monitor.subscribe(listener)
  end

  def publish(id, time: nil, **payload)
    event = Karafka::Core::Monitoring::Event.new(id, payload, time)
    listener.public_send(:"on_#{id.tr(".", "_")}", event)
    lines
  end

  describe "the app" do
    it "says what runs" do
      publish("app.running", server_id: "s1")

      expect(lines).to eq([[:info, "[s1] Running in #{RUBY_DESCRIPTION}"],
                           [:info, "[s1] Running Karafka #{Karafka::VERSION} server"]])
    end

    it "says how it ends" do
      %w[quieting quiet stopping stopped].each { |state| publish("app.#{state}", server_id: "s1") }

      expect(lines.map(&:first)).to all(eq(:info))
      expect(lines.map(&:last)).to match(
        [/\A\[s1\] .*quiet mode/, /\A\[s1\] .*quiet mode/,
         "[s1] Stopping Karafka server", "[s1] Stopped Karafka server"]
      )
    end

    it "notes signals" do
      publish("process.notice_signal", signal: :SIGTERM)

      expect(lines).to eq([[:info, "[#{Karafka::Server.id}] Received SIGTERM system signal"]])
    end

    it "shows every thread at SIGTTIN, three entries each" do
      stuck = Thread.new { Thread.stop }
      stuck.name = "stuck one"
      publish("process.notice_signal", signal: :SIGTTIN)
      entries = lines.drop(1)
      empty, titles, backtraces = entries.map(&:last).each_slice(3).to_a.transpose

      expect(entries.map(&:first)).to all(eq(:warn))
      expect(empty).to all(eq(""))
      expect(titles).to all(match(/\AThread TID-[0-9a-z]+( .+)?\z/)).and(include(end_with("stuck one")))
      expect(backtraces).to include(match(/logger_listener_spec/)).and(all(satisfy { |text| !text.empty? }))
    ensure
      stuck.kill
    end
  end

  describe "connections" do
    let(:poller) { double(id: "l1", subscription_group: group) }

    it "name their group and active topics before they poll" do
      publish("connection.listener.before_fetch_loop", caller: poller, subscription_group: group)

      expect(lines).to eq([[:info, "[l1] Group g/g_s_0 subscribes to topics: a"]])
    end

    it "tell how much a poll brought" do
      publish("connection.listener.fetch_loop", caller: poller)
      publish("connection.listener.fetch_loop.received", caller: poller, messages_buffer: [1, 2], time: 1.236)
      publish("connection.listener.fetch_loop.received", caller: poller, messages_buffer: [], time: 5.0)

      expect(lines).to eq([[:debug, "[l1] Polling messages..."], [:info, "[l1] Polled 2 messages in 1.24ms"],
                           [:debug, "[l1] Polled 0 messages in 5.0ms"]])
    end

    it "keep silent about polling when told to" do
      quiet = described_class.new(log_polling: false)
      received = Karafka::Core::Monitoring::Event.new("x", { caller: poller, messages_buffer: [1] }, 1.0)
      quiet.on_connection_listener_fetch_loop(received)
      quiet.on_connection_listener_fetch_loop_received(received)

      expect(lines).to be_empty
    end

    it "tell about pauses" do
      place = { caller: client, topic: "events", partition: 3 }
      publish("client.pause", **place, offset: 7)
      publish("client.pause", **place, offset: nil)
      publish("client.resume", **place)

      expect(lines).to eq([[:info, "[c1] Pausing on events-3 at offset 7"],
                           [:info, "[c1] Pausing on events-3 at offset consecutive"],
                           [:info, "[c1] Resuming on events-3"]])
    end

    it "have one line for each topic of a rebalance, or one that says there is none" do
      rebalance = { client_id: "c1", group_id: "g" }
      tpl = { "a" => [1, 0].map { |id| double(partition: id) }, "b" => [double(partition: 4)] }
      publish("rebalance.partitions_assigned", **rebalance, tpl:)
      publish("rebalance.partitions_revoked", **rebalance, tpl: {})

      expect(lines).to eq([[:info, "[c1] Group g rebalance: a-[0,1] assigned"],
                           [:info, "[c1] Group g rebalance: b-[4] assigned"],
                           [:info, "[c1] Group g rebalance: No partitions revoked"]])
    end
  end

  describe "processing" do
    it "frames each job" do
      publish("worker.process", job:)
      publish("worker.processed", job:, time: 12.3456)

      expect(lines).to eq([[:info, "[j1] Consume job for EventsConsumer on events-3 started"],
                           [:info, "[j1] Consume job for EventsConsumer on events-3 finished in 12.35 ms"]])
    end

    it "tells about scaling" do
      publish("worker.scaling.up", from: 0, to: 5)
      publish("worker.scaling.down", from: 5, to: 2)

      expect(lines).to eq([[:info, "Scaling workers up from 0 to 5"],
                           [:info, "Scaling workers down from 5 to 2"]])
    end

    it "tells what consumers decide, with id, class, place and offset" do
      place = { caller: consumer, topic: "events", partition: 3 }
      publish("consumer.consuming.retry", **place, timeout: 500, offset: 8)
      publish("consumer.consuming.seek", **place, message: double(offset: 2))
      publish("dead_letter_queue.dispatched", caller: consumer, message: double(offset: 9))
      publish("filtering.throttled", caller: consumer, message: double(offset: 10))
      publish("filtering.seek", caller: consumer, message: double(offset: 11))

      expect(lines.map(&:first)).to all(eq(:info))
      expect(lines.map(&:last)).to eq(
        ["[co1] Retrying of EventsConsumer after 500 ms on events-3 from offset 8",
         "[co1] Seeking from EventsConsumer on events-3 to offset 2",
         "[co1] Dispatched message 9 from events-3 to DLQ topic: dead",
         "[co1] Throttled and will resume from message 10 on events-3",
         "[co1] Post-filtering seeking to message 11 on events-3"]
      )
    end
  end

  it "tells about nodes" do
    node = double(id: 1, pid: 77)
    publish("swarm.manager.stopping", node:, status: 3)
    publish("swarm.manager.terminating", node:)
    publish("swarm.manager.before_fork", node:)
    publish("swarm.manager.control", caller: double(nodes: [node]))
    publish("swarm.node.after_fork", caller: node)

    expect(lines.map(&:first)).to eq(%i[error error debug debug info])
    fork_line = /#{Process.pid}.*#{Process.ppid}/
    expect(lines.map(&:last)).to match([/77.*TERM/, /77.*KILL/, / 1 /, /77/, fork_line])
  end

  it "lets subclasses send lines elsewhere" do
    elsewhere = []
    klass = Class.new(described_class) { define_method(:info) { |*args| elsewhere.concat(args) } }
    klass.new.on_app_stopping(Karafka::Core::Monitoring::Event.new("app.stopping", { server_id: "s1" }))

    expect([elsewhere, lines]).to eq([["[s1] Stopping Karafka server"], []])
  end

  it "answers only events that exist" do
    handlers = described_class.public_instance_methods.grep(/\Aon_/)
    known = Karafka::Instrumentation::Notifications::EVENTS.map { |id| :"on_#{id.tr(".", "_")}" }

    expect(handlers - known).to be_empty
  end
end
