# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "The life of a server", :fresh_app do
  let(:topic) { create_topic }

  it "ends in the documented order" do
    peer.produce(topic, %w[0])
    run = consume(topic, config: { concurrency: 2 }) { def consume = nil }
    run.await_event("worker.completed")
    run.stop

    story = run.story_between(run.events("app.stopping").first, run.events("app.terminated").first)
    # The job has left its worker when that is told, so the listener goes on beside it.
    story.delete_at(story.index("worker.completed"))
    expect(story).to eq(
      %w[app.stopping connection.listener.quieting
         consumer.before_schedule_shutdown consumer.wrap worker.process consumer.shutting_down
         consumer.shutdown
         worker.processed consumer.wrapped
         connection.listener.quiet connection.listener.stopping
         rebalance.partitions_revoke rebalance.partitions_revoked
         connection.listener.stopped connection.listener.after_fetch_loop
         worker.completed worker.completed app.stopped app.terminated]
    )
    expect(run.events("worker.completed").last(3).map { |event| event[:job].class })
      .to eq([Karafka::Processing::Jobs::Shutdown, NilClass, NilClass])
    expect(Karafka.producer.status.closed?).to be(true)
  end

  it "ends as a whole when user code does no more than App.stop!" do
    peer.produce(topic, %w[0])
    run = consume(topic) { def consume = Karafka::App.stop! }
    run.join

    expect(run.events("app.terminated").size).to eq(1)
    expect(Karafka.producer.status.closed?).to be(true)
  end

  it "begins in the documented order, workers growing from none" do
    peer.produce(topic, %w[0])
    run = consume(topic, config: { concurrency: 3 }) { def consume = nil }
    run.await_event("consumer.consumed")
    run.stop

    names = run.events.map(&:name)
    order = %w[app.running connection.listener.starting connection.listener.running
               client.events_poll connection.listener.fetch_loop
               rebalance.partitions_assign rebalance.partitions_assigned consumer.initialize]
    expect(order.map { |name| names.index(name) }).to eq(order.map { |name| names.index(name) }.sort)
    expect(run.events("worker.scaling.up").first.payload).to include(from: 0, to: 3)
    expect(run.events("connection.listener.before_fetch_loop").first.payload.keys).to include(
      :caller, :client, :subscription_group
    )
  end

  it "can run again in the same process, with the offsets of the first time" do
    seen = []
    2.times do |time|
      peer.produce(topic, [time.to_s])
      run = consume(topic) { define_method(:consume) { seen.concat(messages.map(&:offset)) } }
      run.await_event("consumer.consumed")
      run.stop
    end

    expect(seen).to eq([0, 1])
  end

  it "makes no connection any more for a consumer that somebody kept" do
    peer.produce(topic, %w[0])
    kept = Queue.new
    run = consume(topic) do
      define_method(:consume) { kept << self }
      def ask(name, ...) = send(name, ...)
    end
    consumer = kept.pop
    run.stop

    expect { consumer.ask(:seek, 0) }.to raise_error(Rdkafka::ClosedConsumerError)
    expect { consumer.client.commit_offsets! }.to raise_error(Rdkafka::ClosedConsumerError)
    expect(consumer.ask(:pause, 0, 10)).to be_nil
    expect(consumer.ask(:resume)).to be_nil
    expect([consumer.commit_offsets!, consumer.ask(:revoked?), consumer.client.name]).to eq([false, true, ""])
    expect(consumer.mark_as_consumed(consumer.messages.last)).to be(true)
    expect(consumer.inspect).to include("revoked=true")
  end

  it "can run again after it crashed" do
    peer.produce(topic, %w[0])
    crashing = [true]
    before_start { Karafka.monitor.subscribe("error.occurred") { raise "always" if crashing.first } }
    run = consume(topic, config: { pause: { timeout: 20, max_timeout: 20 } }) { def consume = raise("no") }
    expect { run.join }.to raise_error("always")
    crashing.clear

    run = consume(topic) { def consume = nil }
    run.await_event("consumer.consumed")
    run.stop
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 1 })
  end

  it "when quiet takes no more work, runs shutdown hooks, stays in its group, and can still be stopped" do
    peer.produce(topic, %w[0])
    seen = []
    run = consume(topic) { define_method(:consume) { seen.concat(messages.map(&:offset)) } }
    run.await_event("consumer.consumed")
    Karafka::Server.quiet
    run.await_event("app.quiet")
    peer.produce(topic, %w[1])
    run.await_event("client.events_poll", run.events("client.events_poll").size + 10)
    expect(run.events("consumer.shutdown").size).to eq(1)
    expect(run.events("rebalance.partitions_revoke")).to be_empty
    run.stop

    expect(seen).to eq([0])
    expect(run.events("consumer.shutdown").size).to eq(1)
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 1 })
  end

  it "ends a long poll at once when it is asked to stop" do
    run = consume(topic, config: { max_wait_time: 15_000 }) { def consume = nil }
    run.await_event("rebalance.partitions_assigned")
    asked = Specs.now
    run.stop

    expect(Specs.now - asked).to be < 5
    expect(run.events("app.terminated").size).to eq(1)
  end

  it "forces an end with status 2 when work does not end in time; unmarked work comes again" do
    peer.produce(topic, %w[0])
    script = <<~RUBY
      require "karafka"
      class Reader < Karafka::BaseConsumer
        def consume
          puts "at \#{messages.first.offset} attempt \#{attempt}"
          gets if ENV["STUCK"]
        end
      end
      Karafka::App.setup do |config|
        config.kafka = { "bootstrap.servers": ENV["KAFKA"], "session.timeout.ms": 6_000 }
        config.max_wait_time = 200
        config.shutdown_timeout = 1_000
        config.internal.forceful_shutdown_wait = 2_000
      end
      Karafka.monitor.subscribe("error.occurred") { |event| puts "error \#{event[:type]} \#{event[:error].class}" }
      Karafka::App.routes.draw { consumer_group(ENV["GROUP"]) { topic(ENV["TOPIC"]) { consumer Reader } } }
      Karafka::Server.run
    RUBY
    stuck = run_app(script, { "TOPIC" => topic, "GROUP" => spec_group, "STUCK" => "1" })
    stuck.await_line("at 0")
    stuck.signal("TERM")
    expect(stuck.exit_status(within: 20)).to eq(2)
    expect(stuck.output).to include("error app.stopping.error Karafka::Errors::ForcefulShutdownError")

    again = run_app(script, { "TOPIC" => topic, "GROUP" => spec_group })
    again.await_line("at 0 attempt 1")
    again.signal("TERM")
    expect(again.exit_status(within: 20)).to eq(0)
  end

  it "ends gracefully with status 0 when user code exits, and the batch comes again" do
    peer.produce(topic, %w[0 1])
    script = <<~RUBY
      require "karafka"
      class Reader < Karafka::BaseConsumer
        def consume
          puts "at \#{messages.first.offset} attempt \#{attempt}"
          exit(7) if ENV["EXIT"]
        end
        def shutdown = puts("shutdown hook")
      end
      Karafka::App.setup do |config|
        config.kafka = { "bootstrap.servers": ENV["KAFKA"] }
        config.max_wait_time = 200
      end
      Karafka.monitor.subscribe("error.occurred") { |event| puts "error \#{event[:type]} \#{event[:error].class}" }
      Karafka.monitor.subscribe("consumer.consuming.retry") { |event| puts "retry at \#{event[:offset]}" }
      Karafka::App.routes.draw { consumer_group(ENV["GROUP"]) { topic(ENV["TOPIC"]) { consumer Reader } } }
      Karafka::Server.run
      puts "returned"
    RUBY
    first = run_app(script, { "TOPIC" => topic, "GROUP" => spec_group, "EXIT" => "1" })
    expect(first.exit_status(within: 30)).to eq(0)
    expect(first.lines).to include("error consumer.consume.error SystemExit", "retry at 0", "shutdown hook",
                                   "returned")

    again = run_app(script, { "TOPIC" => topic, "GROUP" => spec_group })
    again.await_line("at 0 attempt 1")
    again.signal("TERM")
    expect(again.exit_status(within: 20)).to eq(0)
  end
end
