# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Retrying a failed batch", :fresh_app do
  let(:topic) { create_topic }
  let(:quick) { { pause: { timeout: 50, max_timeout: 100 } } }

  it "rests 2 s, then 4 s, and starts again at the first unmarked message" do
    peer.produce(topic, %w[0 1 2 3 4])
    runs = []
    run = consume(topic) do
      define_method(:consume) do
        runs << [attempt, retrying?, messages.map(&:offset)]
        messages.each do |message|
          raise "no" if message.offset == 3 && attempt < 3

          mark_as_consumed(message)
        end
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(runs).to eq([[1, false, [0, 1, 2, 3, 4]], [2, true, [3, 4]], [3, true, [3, 4]]])
    retries = run.events("consumer.consuming.retry")
    expect(retries.map do |event|
             event.payload.slice(:topic, :partition, :offset, :timeout, :attempt)
           end).to eq(
             [{ topic:, partition: 0, offset: 3, timeout: 2_000, attempt: 1 },
              { topic:, partition: 0, offset: 3, timeout: 4_000, attempt: 2 }]
           )
    starts = run.events("consumer.consume").map(&:at)
    expect(starts[1] - starts[0]).to be >= 2
    expect(starts[2] - starts[1]).to be >= 4
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 5 })
  end

  it "has a worker for the rest of a batch whose worker was killed in it" do
    peer.produce(topic, %w[0 1 2])
    runs = []
    run = consume(topic, config: { **quick, concurrency: 1 }) do
      define_method(:consume) do
        runs << [attempt, messages.map(&:offset)]
        messages.each do |message|
          Thread.current.kill if message.offset == 1 && attempt == 1

          mark_as_consumed(message)
        end
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(runs).to eq([[1, [0, 1, 2]], [2, [1, 2]]])
    expect(run.events("error.occurred").map { |event| event[:type] }).to eq(%w[worker.process.error])
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 3 })
  end

  it "rests one second each time without exponential growth" do
    peer.produce(topic, %w[0])
    run = consume(topic, config: { pause: { with_exponential_backoff: false } }) do
      def consume = attempt < 3 && raise("no")
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(run.events("consumer.consuming.retry").map { |event| event[:timeout] }).to eq([1_000, 1_000])
  end

  it "tells a failing run in the documented order and without the event of a good end" do
    peer.produce(topic, %w[0])
    run = consume(topic, config: quick) { def consume = attempt == 1 && raise("no") }
    run.await_event("consumer.consumed")
    run.stop

    completed = run.events("worker.completed").first
    expect(run.story_between(run.events("consumer.before_schedule_consume").first, completed)).to eq(
      %w[consumer.before_schedule_consume consumer.wrap worker.process consumer.consume error.occurred
         client.pause
         consumer.consuming.pause consumer.consuming.retry worker.processed consumer.wrapped worker.completed]
    )
    error = run.errors.first
    expect(error.payload).to include(type: "consumer.consume.error", seek_offset: 0,
                                     caller: be_a(Karafka::BaseConsumer),
                                     error: have_attributes(message: "no"))
    expect(run.events("client.pause").first.payload).to include(topic:, partition: 0, offset: 0, timeout: 100)
    expect(run.events("consumer.consuming.pause").first.payload).to include(
      manual: false, topic:, partition: 0, offset: 0, timeout: 100, attempt: 1,
      subscription_group: be_a(Karafka::Routing::SubscriptionGroup)
    )
    expect(run.events("client.resume").first.payload).to include(topic:, partition: 0)
  end

  it "retries whatever leaves consume, ScriptError, SystemStackError and throws included" do
    peer.produce(topic, %w[0])
    leaving = [-> { raise ScriptError, "no" }, -> { raise SystemStackError, "deep" }, -> { throw :nowhere },
               -> { raise Interrupt }, -> { raise Class, Exception }]
    runs = []
    run = consume(topic,
                  config: { **quick, internal: { processing: { critical_errors: [NoMemoryError] } } }) do
      define_method(:consume) do
        runs << offsets = messages.map(&:offset)
        leaving.shift&.call
        offsets
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(runs).to eq([[0]] * 6)
    expect(run.errors.map { |event| event[:type] }.uniq).to eq(["consumer.consume.error"])
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 1 })
  end

  it "retries without end and commits nothing of what always fails" do
    peer.produce(topic, %w[0 1])
    run = consume(topic, config: { pause: { timeout: 1, max_timeout: 1 } }) { def consume = raise("no") }
    run.await_event("consumer.consuming.retry", 8)
    run.stop

    expect(run.events("consumer.consuming.retry").map { |event| event[:attempt] }.first(8)).to eq((1..8).to_a)
    expect(peer.committed(spec_group, topic)).to be_empty.or eq({ 0 => -1001 })
  end

  it "counts attempts anew after a success" do
    peer.produce(topic, %w[0])
    attempts = []
    run = consume(topic, config: quick) do
      define_method(:consume) do
        attempts << attempt
        raise "no" if attempts.size.odd?
      end
    end
    run.await_event("consumer.consumed")
    peer.produce(topic, %w[1])
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(attempts).to eq([1, 2, 1, 2])
  end

  it "goes back to the first message ever seen where offsets are managed by hand and nothing was marked" do
    peer.produce(topic, %w[0])
    batches = []
    run = consume(topic, config: quick, routing: -> { manual_offset_management true }) do
      define_method(:consume) do
        batches << messages.map(&:offset)
        raise "no" if batches.size == 2
      end
    end
    run.await_event("consumer.consumed")
    peer.produce(topic, %w[1])
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(batches.first(3)).to eq([[0], [1], [0, 1]])
    expect(peer.committed(spec_group, topic)).to be_empty.or eq({ 0 => -1001 })
  end

  it "repeats exactly what came after the last mark" do
    peer.produce(topic, ("0".."99").to_a)
    batches = []
    run = consume(topic, config: { **quick, max_wait_time: 1_000 }) do
      define_method(:consume) do
        batches << messages.map(&:offset)
        messages.each do |message|
          raise "no" if message.offset == 99 && attempt == 1

          mark_as_consumed(message)
        end
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(batches.last).to eq([99])
    expect(batches.flatten.tally.select { |_, times| times > 1 }).to eq({ 99 => 2 })
  end

  it "keeps other partitions going" do
    topic = create_topic(partitions: 2)
    peer.produce(topic, [{ payload: "a", partition: 0 }, { payload: "b", partition: 1 }])
    seen = []
    run = consume(topic) do
      define_method(:consume) do
        raise "no" if partition.zero?

        seen.concat(messages.map(&:offset))
      end
    end
    run.await_event("consumer.consuming.retry")
    run.await_event("consumer.consumed")
    peer.produce(topic, [{ payload: "c", partition: 1 }])
    run.await("the other partition's next message", within: 1.9) { seen == [0, 1] }
    run.stop
  end
end
