# frozen_string_literal: true

require_relative "process_helper"

RSpec.describe "A server in trouble", :process do
  it "stops in order when a consumer exits: code 0, hooks run, the message comes again" do
    app = start_working_app(before: <<~RUBY)
      class Reader
        def consume
          say "consumed \#{partition}/\#{messages.first.offset} \#{messages.first.raw_payload}"
          exit(7)
        end
      end
    RUBY

    expect(app.exit_status).to eq(0), app.output
    expect(state_events(app)).to eq(%w[stopping stopped terminated])
    expect(app.lines).to include("shutdown 0")
    expect(events(app)).to include("error.occurred consumer.consume.error SystemExit")
    again = start_app
    again.await_line("consumed 0/0 first")
    again.signal("TERM")
    expect(again.exit_status).to eq(0), again.output
  end

  it "stops once for several critical errors, and for those alone" do
    app = start_working_app(before: <<~RUBY)
      class Reader
        def consume
          say "consumed \#{partition}/\#{messages.first.offset} \#{messages.first.raw_payload}"
          raise(coordinator.state.attempt < 2 ? ArgumentError : NoMemoryError)
        end
      end
    RUBY

    expect(app.exit_status).to eq(0), app.output
    types = events(app).grep(/consume.error/)
    expect(types.first(2)).to eq(["error.occurred consumer.consume.error ArgumentError",
                                  "error.occurred consumer.consume.error NoMemoryError"])
    expect(state_events(app)).to eq(%w[stopping stopped terminated])
  end

  it "exits with 1 when a subscriber of running raises: told, stopping, then raised" do
    app = start_app(after: 'Karafka.monitor.subscribe("app.running") { raise IOError, "no" }')

    expect(app.exit_status).to eq(1), app.output
    expect(events(app)).to include("error.occurred runner.call.error IOError")
    expect(state_events(app)).to eq(%w[stopping])
    expect(app.output).to include("no (IOError)")
    expect(app.output).not_to include("ran to the end")
  end

  it "exits with 1 when the manager raises while work goes on, after that work has ended" do
    app = start_working_app(before: <<~RUBY, after: <<~MORE)
      class Reader
        def consume
          say "consumed \#{partition}/\#{messages.first.offset} \#{messages.first.raw_payload}"
          sleep(1)
          say "done"
        end
      end
    RUBY
      Karafka.monitor.subscribe("connection.listener.running") do
        manager = App.config.internal.connection.manager
        def manager.control = @looks.to_i > 0 ? raise(IOError, "broken") : super.tap { @looks = 1 }
        Thread.new { sleep(0.1) until $stdout.frozen? || Reader.instance_variable_get(:@begun); App.config.internal.connection.conductor.signal }
      end
      Reader.prepend(Module.new { def consume = Reader.instance_variable_set(:@begun, true) && super })
    MORE

    expect(app.exit_status).to eq(1), app.output
    expect(app.lines).to include("done")
    expect(events(app)).to include("error.occurred runner.call.error IOError")
    expect(state_events(app)).to eq(%w[stopping])
  end

  it "stops wholly and exits with 1 when warm-up fails" do
    app = start_app(after: <<~RUBY)
      Karafka.producer.monitor.subscribe("producer.closed") { say "event producer.closed" }
      Karafka.producer.produce_sync(topic: ENV.fetch("TOPIC"), payload: "x")
      Karafka.monitor.subscribe("app.before_warmup") { raise IOError, "cold" }
    RUBY

    expect(app.exit_status).to eq(1), app.output
    expect(events(app)).to end_with("app.stopping", "app.stopped", "producer.closed", "app.terminated")
    expect(app.output).to include("cold (IOError)")
  end

  %w[app.stopping app.stopped app.terminated connection.listener.quieting connection.listener.quiet
     connection.listener.stopping connection.listener.stopped connection.listener.after_fetch_loop
     process.notice_signal].each do |name|
    it "ends on TERM although a subscriber of #{name} raises" do
      app = start_working_app(after: %(Karafka.monitor.subscribe("#{name}") { raise IOError, "at #{name}" }))
      app.signal("TERM")

      expect(app.wait(within: 25)).to be_exited, app.output
      expect(app.output).to include("event app.stopping")
    end
  end
end
