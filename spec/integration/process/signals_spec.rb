# frozen_string_literal: true

require_relative "process_helper"

RSpec.describe "Signals of a server", :process do
  %w[TERM INT QUIT].each do |signal|
    it "stops in order on #{signal} and exits with 0" do
      app = start_working_app
      app.signal(signal)

      expect(app.exit_status).to eq(0), app.output
      expect(state_events(app)).to eq(%w[stopping stopped terminated])
      expect(app.lines.grep(/^shutdown/)).to eq(["shutdown 0"])
      expect(app.lines.grep(/^revoked/)).to be_empty
      expect(events(app)).to include("process.notice_signal SIG#{signal}")
      expect(app.lines.last(2)).to eq(["ran to the end", "at_exit"])
      expect(peer.committed(group, topic)).to eq({ 0 => 1 })
    end
  end

  it "goes quiet on TSTP, staying in the group, and ends on TERM: each state and hook once" do
    app = start_working_app
    app.signal("TSTP")
    app.await_line("event app.quiet", within: 20)
    app.await { |lines| lines.include?("event app.quiet") }
    peer.produce(topic, ["unseen"])
    app.signal("TSTP")
    app.await { |lines| lines.count("event process.notice_signal SIGTSTP") == 2 }
    expect(app.ended?).to be(false)
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(state_events(app)).to eq(%w[quieting quiet stopping stopped terminated])
    expect(app.lines.grep(/^shutdown/)).to eq(["shutdown 0"])
    expect(app.lines.grep(/^revoked/)).to be_empty
    expect(app.output).not_to include("unseen")
    expect(peer.committed(group, topic)).to eq({ 0 => 1 })
    at_quiet = events(app).index("app.quiet")
    expect(events(app).index("rebalance.partitions_revoked")).to be > at_quiet
  end

  it "logs the backtrace of every thread on TTIN and goes on" do
    app = start_working_app(after: <<~RUBY)
      App.setup { |config| config.logger = Logger.new($stdout) }
      Karafka.monitor.subscribe(Karafka::Instrumentation::LoggerListener.new)
    RUBY
    app.signal("TTIN")
    app.await_line(/Thread TID-\w+ karafka\.worker#0/)
    app.await_line(/Thread TID-\w+ karafka\.listener#/)
    peer.produce(topic, ["second"])
    app.await_line("consumed 0/1 second")
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
  end

  it "notices every one of many signals and stops once" do
    app = start_working_app
    50.times do |index|
      app.signal(%w[TERM INT TSTP QUIT TTIN][index % 5])
    rescue Errno::ESRCH
      break
    end

    expect(app.exit_status).to eq(0), app.output
    expect(state_events(app) - %w[quieting quiet]).to eq(%w[stopping stopped terminated])
    expect(state_events(app)).to eq(state_events(app).uniq)
    expect(app.lines.grep(/^shutdown/)).to eq(["shutdown 0"])
  end

  it "still runs a handler that was installed before, in the trap, and stops all the same" do
    app = start_working_app(before: <<~RUBY)
      trap("TERM") { |number| say "mine \#{number} \#{Thread.current == Thread.main}" }
    RUBY
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(app.lines).to include("mine 15 true")
    expect(state_events(app)).to eq(%w[stopping stopped terminated])
  end

  it "gives way to a handler that the app installs later" do
    app = start_working_app(after: <<~RUBY)
      Karafka.monitor.subscribe("app.running") { trap("INT") { say "theirs" } }
    RUBY
    app.signal("INT")
    app.await_line("theirs")
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(events(app)).not_to include("process.notice_signal SIGINT")
  end

  it "leaves CHLD alone" do
    app = start_working_app(after: 'trap("CHLD") { say "child" }')
    app.signal("CHLD")
    app.await_line("child")
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(app.output).not_to include("SIGCHLD")
  end
end
