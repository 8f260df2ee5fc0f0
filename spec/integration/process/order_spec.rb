# frozen_string_literal: true

require_relative "process_helper"

RSpec.describe "The order of events of a server", :process do
  it "boots warm-up, listeners, running, workers in this order" do
    app = start_working_app
    app.signal("TERM")
    expect(app.exit_status).to eq(0), app.output

    main = %w[app.before_warmup connection.listener.pending app.running connection.listener.starting
              worker.scaling.up]
    expect(events(app) & main).to eq(main)
    listener = %w[connection.listener.starting connection.listener.before_fetch_loop
                  connection.listener.running rebalance.partitions_assigned]
    expect(events(app) & listener).to eq(listener)
  end

  it "stops hooks, group, listeners, workers, app in this order" do
    app = start_working_app
    app.signal("TERM")
    expect(app.exit_status).to eq(0), app.output

    after_stop = events(app).drop_while { |event| event != "app.stopping" }
    # The job has left its worker when that is told, so the listener goes on beside it.
    expect(after_stop - ["worker.completed shutdown"]).to eq(
      ["app.stopping", "connection.listener.quieting",
       "connection.listener.quiet", "connection.listener.stopping",
       "rebalance.partitions_revoke", "rebalance.partitions_revoked",
       "connection.listener.stopped", "connection.listener.after_fetch_loop",
       "worker.completed end", "worker.completed end", "app.stopped", "app.terminated"]
    )
    told = ["shutdown 0", "event worker.completed shutdown", "event worker.completed end"]
    expect(app.lines & told).to eq(told)
    expect(app.lines.index("shutdown 0")).to be < app.lines.index("event connection.listener.quiet")
  end

  it "ends the listener's life before the app is said to be stopped, however slow its last subscriber" do
    app = start_working_app(after: <<~RUBY)
      Karafka.monitor.subscribe("connection.listener.after_fetch_loop") { sleep(1); say "listener is over" }
    RUBY
    app.signal("TERM")
    expect(app.exit_status).to eq(0), app.output

    lines = app.lines
    expect(lines.index("listener is over")).to be < lines.index("event app.stopped")
    expect(lines.index("listener is over")).to be < lines.index("event worker.completed end")
  end

  it "lets subscribers of the last state finish before the process ends" do
    app = start_working_app(after: <<~RUBY)
      Karafka.monitor.subscribe("app.terminated") { sleep(0.5); say "flushed" }
    RUBY
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(app.lines.last(3)).to eq(["flushed", "ran to the end", "at_exit"])
  end

  it "can produce from the shutdown hook, as the producer closes after all of them" do
    target = create_topic("last-words")
    app = start_working_app(env: { "TARGET" => target }, before: <<~RUBY)
      class Reader
        def shutdown = producer.produce_sync(topic: ENV.fetch("TARGET"), payload: "bye")
      end
    RUBY
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(peer.read(target, count: 1).map(&:payload)).to eq(["bye"])
    expect(app.output).not_to include("error.occurred")
  end

  it "closes the producer between stopped and terminated" do
    app = start_working_app(after: <<~RUBY)
      Karafka.producer.produce_sync(topic: ENV.fetch("TOPIC"), payload: "connected")
      Karafka.producer.monitor.subscribe("producer.closed") { say "event producer.closed" }
    RUBY
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(events(app).last(3)).to eq(%w[app.stopped producer.closed app.terminated])
  end
end
