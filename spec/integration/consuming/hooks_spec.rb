# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Hooks of a consumer", :fresh_app do
  let(:topic) { create_topic }
  let(:quick) { { pause: { timeout: 50, max_timeout: 100 } } }

  it "come in the documented order, each with its events, on the documented threads" do
    peer.produce(topic, %w[0])
    hooks = []
    run = consume(topic) do
      %i[initialized consume shutdown].each do |hook|
        define_method(hook) { hooks << [hook, Thread.current.name[/\Akarafka\.\w+/]] }
      end
      define_method(:wrap) do |action, &block|
        hooks << [:before, action]
        block.call
        hooks << [:after, action]
      end
    end
    run.await_event("worker.completed")
    run.stop

    expect(hooks).to eq(
      [[:initialized, "karafka.listener"],
       %i[before consume], [:consume, "karafka.worker"], %i[after consume],
       %i[before shutdown], [:shutdown, "karafka.worker"], %i[after shutdown]]
    )
    first, last = %w[consumer.initialize worker.completed].map { |name| run.events(name).first }
    expect(run.story_between(first, last)).to eq(
      %w[consumer.initialize consumer.initialized consumer.before_schedule_consume consumer.wrap
         worker.process consumer.consume consumer.consumed worker.processed consumer.wrapped worker.completed]
    )
    scheduled = run.events("consumer.before_schedule_consume").first
    expect(scheduled.thread).to start_with("karafka.listener#")
    expect(run.events("consumer.consumed").first.payload).to include(time: be >= 0,
                                                                     caller: be_a(Karafka::BaseConsumer))
    expect(run.events("worker.processed").first.payload).to include(
      time: be >= 0, job: be_a(Karafka::Processing::Jobs::Consume),
      jobs_queue: be_a(Karafka::Processing::JobsQueue)
    )
  end

  it "see the attempt that belongs to them" do
    peer.produce(topic, %w[0])
    seen = []
    run = consume(topic, config: quick) do
      define_method(:initialized) { seen << [:initialized, attempt, used?, messages.to_a] }
      define_method(:wrap) do |action, &block|
        seen << [:before, action, attempt]
        block.call
        seen << [:after, action, attempt]
      end
      define_method(:consume) do
        seen << [:consume, attempt, used?]
        raise "no" if attempt == 1
      end
    end
    run.await_event("worker.completed", 2)
    run.stop

    expect(seen.first(7)).to eq(
      [[:initialized, 0, false, []], [:before, :consume, 0], [:consume, 1, true], [:after, :consume, 1],
       [:before, :consume, 1], [:consume, 2, true], [:after, :consume, 0]]
    )
  end

  it "may raise: each tells its own error and nothing ends" do
    topic = create_topic(partitions: 1)
    peer.produce(topic, %w[0])
    run = consume(topic, routing: -> { eofed true }, kafka: { "enable.partition.eof": true }) do
      %i[initialized eofed shutdown].each { |hook| define_method(hook) { raise "#{hook} failed" } }
      def consume = nil
    end
    run.await_event("consumer.consumed")
    run.await("eofed") { run.errors("consumer.eofed.error").any? || run.events("consumer.consumed").size > 1 }
    peer.produce(topic, %w[1])
    run.await_event("consumer.consumed", 2)
    run.stop

    types = run.errors.map { |event| [event[:type], event[:error].message] }.uniq
    expect(types).to include(["consumer.initialized.error", "initialized failed"],
                             ["consumer.shutdown.error", "shutdown failed"])
    expect(run.events("consumer.initialized")).to be_empty
    expect(run.events("consumer.initialize").size).to eq(1)
    expect(run.events("consumer.shutdown")).to be_empty
    expect(run.events("app.terminated").size).to eq(1)
  end

  it "run again after an error that only StandardError's rescue does not cover, without losing the worker" do
    peer.produce(topic, %w[0])
    run = consume(topic, config: { concurrency: 1 }) do
      def consume = nil
      def shutdown = raise(NotImplementedError, "not yet")
    end
    run.await_event("consumer.consumed")
    run.stop

    error = run.errors("worker.process.error").first
    expect(error.payload).to include(error: be_a(NotImplementedError),
                                     job: be_a(Karafka::Processing::Jobs::Shutdown),
                                     caller: be_a(Karafka::Processing::Worker))
    expect(run.events("app.terminated").size).to eq(1)
  end

  it "reset the connection when initialized raises what is no StandardError, and lose no message" do
    peer.produce(topic, %w[0])
    failures = [1]
    seen = []
    run = consume(topic, config: { internal: { connection: { reset_backoff: 1_000 } } }) do
      define_method(:initialized) { failures.shift && raise(NotImplementedError, "not yet") }
      define_method(:consume) { seen.concat(messages.map(&:offset)) }
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(seen).to eq([0])
    expect(run.errors.map { |event| event[:type] }).to eq(["connection.listener.fetch_loop.error"])
    expect(run.events("client.reset").size).to eq(1)
    expect(run.events("connection.listener.before_fetch_loop").size).to eq(1)
  end

  it "have what the consumer is made of from initialized on, and not before" do
    peer.produce(topic, %w[0])
    seen = {}
    run = consume(topic) do
      define_method(:initialize) do
        super()
        seen[:before] = [client, coordinator, producer, messages]
      end
      define_method(:initialized) do
        seen[:after] = [client.class, coordinator.class, producer.equal?(Karafka::App.producer),
                        messages.size,
                        topic.name, partition, id, singleton_class.method_defined?(:mark_as_consumed)]
      end
      def consume = nil
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(seen[:before]).to eq([nil, nil, nil, nil])
    expect(seen[:after]).to match([Karafka::Connection::Client,
                                   Karafka::Processing::ConsumerGroups::Coordinator,
                                   true, 0, topic, 0, /\A\h{12}\z/, true])
  end

  it "find the same instance batch after batch, and never on two threads at once" do
    topic = create_topic(partitions: 3)
    inside = Hash.new(0)
    clashes = []
    instances = Hash.new { |hash, key| hash[key] = [] }
    run = consume(topic, config: { concurrency: 4, max_messages: 5, max_wait_time: 50 }) do
      define_method(:consume) do
        clashes << partition if (inside[partition] += 1) > 1
        instances[partition] |= [id]
        Thread.pass
        inside[partition] -= 1
      end
    end
    20.times { |n| peer.produce(topic, Array.new(6) { |i| { payload: n.to_s, partition: i % 3 } }) }
    await("all messages") { peer_lag(topic).zero? }
    run.stop

    expect(clashes).to be_empty
    expect(instances.transform_values(&:size)).to eq({ 0 => 1, 1 => 1, 2 => 1 })
  end

  it "find a new instance for each batch without persistence; attempts live on" do
    peer.produce(topic, %w[0])
    seen = []
    run = consume(topic, config: { **quick, consumer_persistence: false }) do
      define_method(:consume) do
        seen << [id, attempt]
        raise "no" if attempt == 1
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(seen.map(&:last)).to eq([1, 2])
    expect(seen.map(&:first).uniq.size).to eq(2)
    expect(run.events("consumer.initialized").size).to eq(2)
    expect(run.events("consumer.shutdown").size).to eq(1)
    expect(run.events("consumer.revoked")).to be_empty
  end

  def peer_lag(topic)
    committed = peer.committed(spec_group, topic)
    (0..2).sum { |partition| peer.watermarks(topic, partition).last - [committed.fetch(partition, 0), 0].max }
  end
end
