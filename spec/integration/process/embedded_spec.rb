# frozen_string_literal: true

require_relative "process_helper"

RSpec.describe "Karafka::Embedded", :process do
  # A host that reads commands from its standard input and owns its signals.
  let(:host) do
    <<~RUBY
      trap("TERM") { say "the host's own TERM" }
      while (command = gets&.chomp)
        say "answer \#{eval(command).inspect}"
      end
    RUBY
  end

  def start_host(before: "", after: "", first: "Karafka::Embedded.start; say 'host goes on'")
    peer.produce(topic, ["first"])
    start_app(before:, after: "#{after}\n#{first}", run: host)
  end

  # @return [String] what the host answered
  def ask(app, command)
    already = app.lines.grep(/^answer /).size
    app.say(command)
    app.await { |lines| lines.grep(/^answer /)[already] }&.delete_prefix("answer ") ||
      raise("no answer to #{command}:\n#{app.output}")
  end

  def finish(app)
    app.instance_variable_get(:@input).close
    expect(app.exit_status).to eq(0), app.output
  end

  it "consumes beside a host that goes on and keeps its signals" do
    app = start_host
    app.await_line("consumed 0/0 first")
    app.signal("TERM")
    app.await_line("the host's own TERM")

    expect(app.lines.index("host goes on")).to be < app.lines.index("consumed 0/0 first")
    expect(ask(app, "Karafka::App.running?")).to eq("true")
    expect(ask(app, "Thread.list.map(&:name).include?('karafka.embedded')")).to eq("true")
    expect(ask(app, "Karafka::Process.tags.to_a.include?('mode:embedded')")).to eq("true")
    expect(ask(app, "Karafka::Server.execution_mode.embedded?")).to eq("true")
    expect(ask(app, "Karafka::Embedded.stop")).to eq("nil")
    finish(app)
    expect(state_events(app)).to eq(%w[stopping stopped terminated])
    expect(events(app)).not_to include("app.before_warmup")
    expect(peer.committed(group, topic)).to eq({ 0 => 1 })
  end

  it "starts once, stops as often as one likes and never again" do
    app = start_host(first: "")
    expect(ask(app, "Karafka::Embedded.start.name")).to eq("karafka.embedded".inspect)
    expect(ask(app, "Karafka::Embedded.start")).to eq("nil")
    app.await_line("consumed 0/0 first")
    expect(ask(app, "Karafka::Embedded.stop")).to eq("nil")
    expect(ask(app, "Karafka::App.terminated?")).to eq("true")
    expect(ask(app, "Karafka::Embedded.stop")).to eq("nil")
    expect(ask(app, "Karafka::Embedded.quiet")).to eq("nil")
    expect(ask(app, "Karafka::Embedded.start")).to eq("nil")
    expect(ask(app, "Karafka.producer.status.closed?")).to eq("true")
    finish(app)
    expect(state_events(app)).to eq(%w[stopping stopped terminated])
  end

  it "returns at once from a stop before the start" do
    app = start_app(run: host)
    expect(ask(app, "Karafka::Embedded.stop")).to eq("nil")
    expect(ask(app, "Karafka::App.initialized?")).to eq("true")
    finish(app)
  end

  it "stops when told right after the start" do
    app = start_app(run: host)
    expect(ask(app, "Karafka::Embedded.start; Karafka::Embedded.stop")).to eq("nil")
    expect(ask(app, "Karafka::App.terminated?")).to eq("true")
    finish(app)
    expect(state_events(app)).to eq(%w[stopping stopped terminated])
  end

  it "goes quiet and stops from traps" do
    app = start_host(after: <<~RUBY)
      trap("USR1") { Karafka::Embedded.quiet; say "asked for quiet" }
      trap("USR2") { Karafka::Embedded.stop; say "stopped \#{App.terminated?}" }
    RUBY
    app.await_line("consumed 0/0 first")
    app.signal("USR1")
    app.await_line("event app.quiet")
    app.await { |lines| lines.include?("event app.quiet") }
    app.signal("USR2")
    app.await_line("stopped true")
    finish(app)
    expect(app.lines).to include("asked for quiet")
    expect(state_events(app)).to eq(%w[quieting quiet stopping stopped terminated])
    expect(app.lines.grep(/^shutdown/)).to eq(["shutdown 0"])
  end

  it "stops from a trap that interrupts the host while it sends" do
    app = start_host(after: <<~RUBY)
      stopped = false
      trap("USR2") { Karafka::Embedded.stop; stopped = true; say "stopped \#{App.terminated?}" }
    RUBY
    app.await_line("consumed 0/0 first")
    app.say(<<~RUBY.tr("\n", ";"))
      begin
        say "sending"
        Karafka.producer.produce_sync(topic: #{topic.inspect}, payload: "on") until stopped
      rescue WaterDrop::Errors::ProducerClosedError
        nil
      end
    RUBY
    app.await_line("sending")
    app.signal("USR2")
    app.await_line("stopped true")
    finish(app)
  end

  it "is stopped by the host's own exit handler" do
    app = start_host(first: <<~RUBY)
      at_exit { Karafka::Embedded.stop; say "stopped at exit" }
      Karafka::Embedded.start
    RUBY
    app.await_line("consumed 0/0 first")
    finish(app)
    expect(app.lines).to include("stopped at exit", "shutdown 0")
  end

  it "never ends the host when its work has to be forced" do
    app = start_host(before: <<~RUBY + setting(shutdown_timeout: 500))
      class Reader
        def consume
          say "consumed 0/0 first"
          sleep
        end
      end
    RUBY
    app.await_line("consumed 0/0 first")
    expect(ask(app, "Karafka::Embedded.stop")).to eq("nil")
    expect(ask(app, "Karafka::App.terminated?")).to eq("true")
    expect(ask(app, "Karafka::Server.workers.size")).to eq("0")
    expect(ask(app, "Thread.list.map(&:name).compact.grep(/karafka/)")).to eq("[]")
    finish(app)
    expect(events(app)).to include("error.occurred app.stopping.error Karafka::Errors::ForcefulShutdownError")
    expect(state_events(app)).to eq(%w[stopping stopped terminated])
  end

  it "tells a crash, keeps the host alive and returns from a stop afterwards" do
    app = start_host(first: "Karafka::Embedded.start", after: <<~RUBY)
      Karafka.monitor.subscribe("app.running") { raise IOError, "no" }
    RUBY
    app.await_line("event error.occurred runner.call.error IOError")
    ask(app, "Thread.list.find { |one| one.name == 'karafka.embedded' }&.join rescue 0")
    expect(ask(app, "Karafka::Embedded.stop")).to eq("nil")
    expect(ask(app, "Thread.list.map(&:name).compact.grep(/karafka/)")).to eq("[]")
    finish(app)
    expect(state_events(app)).to eq(%w[stopping])
  end

  it "starts in a child that the host forks, before and after the parent's own start" do
    app = start_host(first: "", after: <<~RUBY)
      def child(name)
        fork do
          App.monitor.subscribe("app.terminated") { say "\#{name} terminated" }
          say "\#{name} \#{Karafka::Embedded.start.class}"
          sleep(0.05) until App.assignments.any?
          say "\#{name} assigned"
          Karafka::Embedded.stop
          exit!(3)
        end
      end
    RUBY
    expect(ask(app, "Process.wait2(child('early'))[1].exitstatus")).to eq("3")
    expect(ask(app, "Karafka::Embedded.start.class")).to eq("Thread")
    app.await { |lines| lines.grep(/partitions_assigned/).size > 1 }
    expect(ask(app, "Karafka::Embedded.stop")).to eq("nil")
    finish(app)
    expect(app.lines).to include("early Thread", "early assigned", "early terminated")
  end

  it "starts in a child that is forked while the parent consumes" do
    app = start_host
    app.await_line("consumed 0/0 first")
    expect(ask(app, <<~RUBY.tr("\n", ";"))).to match(/\A\d+\z/)
      @child = fork do
        say "child \#{App.assignments.size} \#{Karafka::Embedded.start.class} \#{Karafka::Embedded.start.inspect}"
        joined = Queue.new
        App.monitor.subscribe("rebalance.partitions_assigned") { say "child joined"; joined << true }
        joined.pop
        Karafka::Embedded.stop
        say "child \#{App.terminated?}"
        exit!(3)
      end
    RUBY
    app.await_line("child joined")
    expect(ask(app, "Process.wait2(@child)[1].exitstatus")).to eq("3")
    expect(app.lines).to include("child 1 Thread nil", "child true")
    expect(events(app)).not_to include(/error.occurred/)
    expect(ask(app, "Karafka::App.running?")).to eq("true")
    peer.produce(topic, ["second"])
    app.await_line("consumed 0/1 second")
    expect(ask(app, "Karafka::Embedded.stop")).to eq("nil")
    finish(app)
  end

  it "stops in the order of a server: hooks, group, workers, then the producer" do
    app = start_host(after: <<~RUBY)
      Karafka.producer.produce_sync(topic: ENV.fetch("TOPIC"), payload: "connected", partition: 0)
      Karafka.producer.monitor.subscribe("producer.closed") { say "event producer.closed" }
    RUBY
    app.await_line("consumed 0/1 connected")
    ask(app, "Karafka::Server.stop")
    finish(app)

    order = ["event app.stopping", "shutdown 0", "event connection.listener.quiet",
             "event rebalance.partitions_revoked", "event connection.listener.stopped",
             "event worker.completed end", "event app.stopped", "event producer.closed",
             "event app.terminated"]
    expect(app.lines.drop_while { |line| line != order.first } & order).to eq(order)
  end

  it "consumes on a thread of the host's own with `Server.start`, which returns at the stop" do
    app = start_host(first: <<~RUBY)
      Karafka::Server.execution_mode.embedded!
      @own = Thread.new { Karafka::Server.start; say "start returned" }
    RUBY
    app.await_line("consumed 0/0 first")
    expect(ask(app, "Karafka::Server.stop")).to eq("nil")
    app.await_line("start returned")
    expect(ask(app, "@own.join(10).class")).to eq("Thread")
    finish(app)
    expect(peer.committed(group, topic)).to eq({ 0 => 1 })
  end
end
