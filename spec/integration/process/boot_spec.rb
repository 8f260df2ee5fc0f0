# frozen_string_literal: true

require_relative "process_helper"

RSpec.describe "A stop while a server boots", :process do
  let(:stop) { "Thread.new { Karafka::Server.stop }" }

  it "ends the process when it comes before the run" do
    app = start_app(after: "Karafka::Server.stop; say \"stopped early\"")

    expect(app.exit_status).to eq(0), app.output
    expect(state_events(app)).to eq(%w[stopping stopped terminated])
    expect(app.output).not_to include("connection.listener.running")
  end

  %w[app.before_warmup connection.listener.pending app.running connection.listener.starting
     connection.listener.before_fetch_loop connection.listener.running worker.scaling.up
     rebalance.partitions_assigned].each do |name|
    it "ends the process in order when it comes at #{name}" do
      app = start_app(after: <<~RUBY)
        Karafka.monitor.subscribe("#{name}") { #{stop} }
      RUBY

      expect(app.exit_status(within: 25)).to eq(0), app.output
      expect(state_events(app)).to eq(%w[stopping stopped terminated])
      expect(app.lines.last(2)).to eq(["ran to the end", "at_exit"])
    end

    it "ends the process in order when it has happened by the end of #{name}" do
      app = start_app(after: <<~RUBY)
        Karafka.monitor.subscribe("#{name}") do
          #{stop}
          Thread.pass until App.stopping? || App.stopped? || App.terminated?
          sleep(0.3)
        end
      RUBY

      expect(app.exit_status(within: 25)).to eq(0), app.output
      expect(state_events(app)).to eq(%w[stopping stopped terminated])
    end
  end

  it "ends by TERM when the broker cannot be reached" do
    app = start_app(env: { "KAFKA" => "127.0.0.1:1" })
    app.await_line("event connection.listener.running")
    app.signal("TERM")

    expect(app.exit_status(within: 25)).to eq(0), app.output
    expect(state_events(app)).to eq(%w[stopping stopped terminated])
  end
end
