# frozen_string_literal: true

require_relative "process_helper"

RSpec.describe "Runs of a server", :process do
  it "can follow each other in one process once the state is reset" do
    app = start_working_app(after: <<~RUBY, run: <<~RUN)
      Karafka.monitor.subscribe("app.terminated") { say "over" }
    RUBY
      2.times do |round|
        say "round \#{round} \#{Karafka::Server.listeners.inspect}"
        Karafka::Server.run
        say "after \#{Karafka::Server.jobs_queue.inspect} \#{Karafka::Server.workers.size}"
        App.config.producer = WaterDrop::Producer.new { |config| config.kafka = { "bootstrap.servers": ENV["KAFKA"] } }
        App.config.internal.status.reset!
      end
    RUN
    app.signal("TERM")
    app.await_line("over")
    app.await_line("round 1")
    peer.produce(topic, ["second"])
    app.await_line("consumed 0/1 second")
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(state_events(app)).to eq(%w[stopping stopped terminated] * 2)
    expect(app.lines.grep(/^after/)).to eq(["after nil 0"] * 2)
    expect(app.lines.grep(/^event process.notice/).size).to eq(2)
  end

  it "scale their workers: at once up, as they fall idle down, never below one, and only while they run" do
    app = start_working_app(after: <<~RUBY, before: setting(concurrency: 3))
      begin
        Karafka::Server.workers.scale(2)
      rescue Karafka::Errors::BaseError => e
        say "before the run: \#{e.class} \#{Karafka::Server.workers.size}"
      end
      %w[up down].each do |way|
        Karafka.monitor.subscribe("worker.scaling.\#{way}") do |event|
          say "\#{way} \#{event[:from]} \#{event[:to]} \#{event[:workers_pool].class} \#{event.payload.key?(:caller)}"
        end
      end
      Thread.new do
        sleep(0.05) until App.running?
        while (wanted = gets)
          answer = Karafka::Server.workers.scale(wanted.to_i)
          sleep(0.02) until Karafka::Server.workers.size == [wanted.to_i, 1].max
          say "size \#{Karafka::Server.workers.size} \#{answer.inspect} \#{App.config.concurrency} " \\
              "\#{Karafka::Server.workers.alive.map(&:name).join(",")}"
        end
      end
    RUBY
    [["5", 5], ["5", 5], ["0", 1], ["1", 1], ["-3", 1], ["2", 2]].each_with_index do |(wanted, size), index|
      app.say(wanted)
      app.await { |lines| lines.grep(/^size /).size > index }
      expect(app.lines.grep(/^size /).last).to match(/^size #{size} nil 3 karafka\.worker#\d+/)
    end
    peer.produce(topic, ["second"])
    app.await_line("consumed 0/1 second")
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(app.lines).to include("before the run: Karafka::Errors::BaseError 0")
    expect(app.lines.grep(/^(up|down) /)).to eq(
      ["up 0 3 Karafka::Processing::WorkersPool false", "up 3 5 Karafka::Processing::WorkersPool false",
       "down 5 1 Karafka::Processing::WorkersPool false", "up 1 2 Karafka::Processing::WorkersPool false"]
    )
    names = app.lines.grep(/^size /).last.split.last.split(",")
    expect(names).to include("karafka.worker#5")
  end

  it "leave one worker after any number of requests to shrink, busy or not" do
    app = start_working_app(before: setting(concurrency: 5) + <<~RUBY)

      class Reader
        def consume
          3.times { Karafka::Server.workers.scale(1) }
          say "consumed \#{partition}/\#{messages.first.offset} \#{messages.first.raw_payload}"
        end
      end
    RUBY
    peer.produce(topic, ["second"])
    app.await_line("consumed 0/1 second")
    peer.produce(topic, ["third"])
    app.await_line("consumed 0/2 third")
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(events(app).count("worker.completed end")).to eq(5)
  end

  it "run the shutdown hook once for each partition, the one that waits for its retry included" do
    @topic = create_topic("process", partitions: 3)
    peer.produce(topic, (0..2).map { |partition| { payload: "m", partition: } })
    app = start_app(before: <<~RUBY)
      class Reader
        def consume
          say "consumed \#{partition}/\#{messages.first.offset} \#{messages.first.raw_payload}"
          raise "no" if partition == 1
        end
      end
    RUBY
    3.times { |partition| app.await_line("consumed #{partition}/0 m") }
    app.await_line("event error.occurred consumer.consume.error RuntimeError")
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(app.lines.grep(/^shutdown/).sort).to eq(["shutdown 0", "shutdown 1", "shutdown 2"])
    expect(peer.committed(group, topic).slice(0, 2)).to eq({ 0 => 1, 2 => 1 })
  end

  it "close many groups side by side" do
    groups = 8
    names = Array.new(groups) { create_topic("many") }
    names.each { |name| peer.produce(name, ["x"]) }
    app = start_app(env: { "TOPICS" => names.join(","), "GROUP" => group }, before: <<~RUBY, after: <<~MORE)
      class Reader
        def consume = say("consumed \#{topic.name}")
        def shutdown = sleep(0.5)
      end
    RUBY
      ENV.fetch("TOPICS").split(",").each do |name|
        App.routes.draw { consumer_group("\#{ENV["GROUP"]}-\#{name}") { topic(name) { consumer Reader } } }
      end
    MORE
    names.each { |name| app.await_line("consumed #{name}") }
    started = Specs.now
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(events(app).count("connection.listener.after_fetch_loop")).to eq(groups + 1)
    # Two workers, eight hooks of half a second: what comes on top of them must not add up by group.
    expect(Specs.now - started).to be < 6
  end
end
