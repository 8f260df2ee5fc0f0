# frozen_string_literal: true

require_relative "../spec_helper"

# The other specs hear every event, so their batches all go by the listener.
RSpec.describe "Batches of which nobody is told", :fresh_app do
  let(:topic) { create_topic }
  let(:quick) do
    { concurrency: 2, max_messages: 10, batch_linger: 0, pause: { timeout: 50, max_timeout: 100 } }
  end
  let(:told_of_each) do
    %w[client.events_poll connection.listener.fetch_loop connection.listener.fetch_loop.received
       consumer.before_schedule_consume consumer.consume consumer.consumed consumer.wrap consumer.wrapped
       worker.completed worker.process worker.processed]
  end

  before { deaf }

  def deaf = before_start { told_of_each.each { |name| Karafka.monitor.notifications_bus.clear(name) } }

  # Batches that no listener saw, at work or queued.
  def past_listener = Karafka::Server.jobs_queue.native.directs

  # Consumes with the body in the block; after `settled` batches go past the listener.
  def consume_unheard(topic, **options, &body)
    consume(topic, config: quick, **options, &body)
  end

  it "come in order, once each, and are committed" do
    seen = []
    direct = 0
    counted = -> { direct += past_listener.size }
    run = consume_unheard(topic) do
      define_method(:consume) do
        counted.call
        seen.concat(messages.map(&:offset))
      end
    end
    50.times do |round|
      peer.produce(topic, %w[a b])
      run.await("the messages") { seen.size == 2 * (round + 1) }
    end
    run.stop

    expect(seen).to eq((0..99).to_a)
    expect(direct).to be > 10
    expect(peer.committed(spec_group, topic)).to eq(0 => 100)
    expect(run.errors).to be_empty
  end

  it "are retried where they failed, with their errors and attempts, and pauses are told" do
    runs = []
    peer.produce(topic, %w[0])
    run = consume_unheard(topic) do
      define_method(:consume) do
        runs << [messages.first.offset, attempt, errors_tracker.size, used?]
        raise "no" if messages.first.offset == 1 && attempt < 3

        mark_as_consumed(messages.last)
      end
    end
    run.await("the first one") { runs.size == 1 }
    peer.produce(topic, %w[1])
    run.await("a good run") { runs.size == 4 }
    peer.produce(topic, %w[2])
    run.await("the next one") { runs.size == 5 }
    run.stop

    expect(runs).to eq([[0, 1, 0, true], [1, 1, 0, true], [1, 2, 1, true], [1, 3, 2, true], [2, 1, 0, true]])
    expect(run.errors.map { |event| [event[:type], event[:error].message] }).to eq(
      [["consumer.consume.error", "no"]] * 2
    )
    expect(run.events("consumer.consuming.retry").map { |event| [event[:offset], event[:attempt]] }).to eq(
      [[1, 1], [1, 2]]
    )
  end

  it "are heard of again by who subscribes meanwhile, each event once and in order" do
    seen = Queue.new
    peer.produce(topic, %w[0])
    run = consume_unheard(topic) { define_method(:consume) { seen << messages.first.offset } }
    seen.pop
    peer.produce(topic, %w[1])
    seen.pop
    heard = Queue.new
    names = told_of_each.grep(/consume|worker|wrap/)
    names.each do |name|
      Karafka.monitor.subscribe(name) { heard << [name, Thread.current.name[/listener|worker/]] }
    end
    peer.produce(topic, %w[2])
    seen.pop
    run.await("the end of the job") { heard.size >= 8 }
    run.stop

    expect(Array.new(8) { heard.pop }).to eq(
      [%w[consumer.before_schedule_consume listener], %w[consumer.wrap worker], %w[worker.process worker],
       %w[consumer.consume worker], %w[consumer.consumed worker], %w[worker.processed worker],
       %w[consumer.wrapped worker], %w[worker.completed worker]]
    )
  end

  it "have a job for those who look at the queue, and metadata" do
    seen = Queue.new
    release = Queue.new
    peer.produce(topic, %w[0])
    run = consume_unheard(topic) do
      define_method(:consume) do
        seen << [metadata_of(messages), Karafka::Server.jobs_queue.in_processing.values.flatten]
        release.pop if messages.first.offset == 1
      end

      define_method(:metadata_of) { |batch| batch.metadata }
    end
    seen.pop
    before = Time.now
    peer.produce(topic, %w[1])
    metadata, jobs = seen.pop
    expect(jobs.map { |job| [job.class, job.executor.partition, job.messages.map(&:offset)] }).to eq(
      [[Karafka::Processing::Jobs::Consume, 0, [1]]]
    )
    expect(Karafka::Server.jobs_queue.statistics).to eq(busy: 1, enqueued: 0, waiting: 0)
    release << true
    run.stop

    expect([metadata.topic, metadata.partition, metadata.size]).to eq([topic, 0, 1])
    times = [before, metadata.scheduled_at, metadata.processed_at, Time.now]
    expect(times).to eq(times.sort)
  end

  it "keep what a mark, a seek and a pause ask for" do
    runs = Queue.new
    peer.produce(topic, %w[0])
    run = consume_unheard(topic, routing: -> { manual_offset_management(true) }) do
      define_method(:consume) do
        offset = messages.first.offset
        runs << offset
        mark_as_consumed(messages.first)
        pause(offset + 1, 10) if offset == 1
        seek(0) if offset == 2 && (@sought = !@sought)
      end
    end
    3.times do |offset|
      peer.produce(topic, [offset.to_s]) if offset.positive?
      expect(runs.pop).to eq(offset)
    end
    run.await("what was sought") { !runs.empty? }
    expect(runs.pop).to eq(0)
    run.stop

    expect(run.events("consumer.consuming.pause").map { |event| event[:manual] }).to eq([true])
    expect(run.errors).to be_empty
  end

  it "are not started after their partition went, and the rest comes to who has it then" do
    seen = []
    mutex = Mutex.new
    take = ->(offsets) { mutex.synchronize { seen.concat(offsets) } }
    run = consume_unheard(topic) { define_method(:consume) { take.call(messages.map(&:offset)) } }
    3.times do |round|
      peer.produce(topic, %w[a])
      run.await("the message") { seen.size > round }
    end
    run.stop
    peer.produce(topic, %w[b])
    deaf
    other = consume_unheard(topic) { define_method(:consume) { take.call(messages.map(&:offset)) } }
    other.await("the last message") { seen.size == 4 }
    other.stop

    expect(seen).to eq([0, 1, 2, 3])
  end
end
