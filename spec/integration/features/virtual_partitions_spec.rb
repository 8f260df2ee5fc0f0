# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Virtual partitions", :fresh_app do
  let(:topic) { create_topic }
  let(:quick) { { pause: { timeout: 30, max_timeout: 60 }, concurrency: 4 } }
  # Even offsets are one lane's, odd ones another's, by way of their keys.
  let(:even_and_odd) do
    -> { virtual_partitions(partitioner: ->(message) { message.offset.odd? ? 1 : 0 }, max_partitions: 2) }
  end

  def committed
    offset = peer.committed(spec_group, topic)[0]
    offset if offset && offset >= 0
  end

  it "keep each key on one instance and in order over ten batches" do
    numbers = Array.new(400) { |n| n }
    seen = Queue.new
    run = consume(topic, config: quick.merge(max_messages: 40), routing: lambda {
      virtual_partitions(partitioner: lambda(&:raw_key), max_partitions: 4)
    }) do
      define_method(:consume) { messages.each { |message| seen << [id, message.raw_key, message.offset] } }
    end
    peer.produce(topic, numbers.map { |n| { payload: n.to_s, key: "key-#{n % 100}" } })
    run.await("all messages") { seen.size == 400 }
    run.stop

    walked = Array.new(seen.size) { seen.pop }
    expect(walked.map(&:last)).to match_array(numbers)
    walked.group_by { |_, key, _| key }.each_value do |places|
      expect(places.map(&:first).uniq.size).to eq(1)
      expect(places.map(&:last)).to eq(places.map(&:last).sort)
    end
    expect(walked.map(&:first).uniq.size).to eq(4)
    expect(run.events("consumer.shutdown").size).to eq(4)
    expect(committed).to eq(400)
  end

  it "work at the same time, and the next batch waits for all of them" do
    peer.produce(topic, (0..3).map(&:to_s))
    meet = Queue.new
    running = Queue.new
    run = consume(topic, config: quick.merge(max_messages: 4), routing: even_and_odd) do
      define_method(:consume) do
        running << messages.first.offset
        meet.pop
      end
    end
    run.await("both lanes at once") { running.size == 2 }
    peer.produce(topic, (4..5).map(&:to_s))
    meet << true
    run.await_event("consumer.consumed")
    expect(running.size).to eq(2)
    3.times { meet << true }
    run.await("the next batch") { running.size == 4 }
    run.await_event("consumer.consumed", 4)
    run.stop

    expect(committed).to eq(6)
  end

  it "commit only what is done without a gap, and repeat in one lane what is left" do
    peer.produce(topic, (0..9).map(&:to_s))
    runs = Queue.new
    broken = true
    other = Queue.new
    run = consume(topic, config: quick, kafka: { "auto.commit.interval.ms": 100 }, routing: even_and_odd) do
      define_method(:consume) do
        runs << [collapsed?, attempt, messages.map(&:offset)]
        next messages.each { |message| mark_as_consumed(message) } if collapsed?

        if messages.first.offset.odd?
          mark_as_consumed(messages.last)
          next other << failing?
        end

        messages.take(3).each { |message| mark_as_consumed(message) }
        other.pop
        raise "no" if broken
      end
    end
    run.await("the retry") { runs.size == 3 }
    run.await_event("consumer.consumed", 2)
    run.stop

    first = [runs.pop, runs.pop].sort_by(&:last)
    expect(first).to eq([[false, 1, [0, 2, 4, 6, 8]], [false, 1, [1, 3, 5, 7, 9]]])
    expect(runs.pop).to eq([true, 2, [6, 8]])
    expect(run.events("consumer.consuming.retry").map { |event| [event[:offset], event[:attempt]] })
      .to eq([[6, 1]])
    expect(run.events("error.occurred").map { |event| event[:type] }).to eq(["consumer.consume.error"])
    expect(committed).to eq(10)
  end

  it "are virtual again behind the batch that failed" do
    peer.produce(topic, (0..3).map(&:to_s))
    runs = Queue.new
    run = consume(topic, config: quick.merge(max_messages: 4), routing: even_and_odd) do
      define_method(:consume) do
        runs << [collapsed?, messages.size]
        raise "no" if attempt == 1 && messages.first.offset.zero?
      end
    end
    run.await("the repeated run") { runs.size >= 3 && run.events("consumer.consuming.retry").any? }
    run.await_event("consumer.consumed", 2)
    peer.produce(topic, (4..7).map(&:to_s))
    run.await("lanes again") { runs.size >= 5 }
    run.stop

    walked = Array.new(runs.size) { runs.pop }
    expect(walked[2][0]).to be(true)
    expect(walked.last(2).map(&:first)).to eq([false, false])
    expect(committed).to eq(8)
  end

  it "send what fails in a lane to the dead letters only once a linear run has shown it" do
    dead = create_topic
    peer.produce(topic, (0..5).map(&:to_s))
    runs = Queue.new
    lanes = even_and_odd
    routing = proc do
      instance_exec(&lanes)
      dead_letter_queue(topic: dead, max_retries: 1)
    end
    run = consume(topic, config: quick, routing:) do
      define_method(:consume) do
        messages.each do |message|
          runs << [collapsed?, attempt] if message.offset == 2
          raise "poison" if message.offset == 2

          mark_as_consumed(message)
        end
      end
    end
    run.await("the letter") { run.events("dead_letter_queue.dispatched").any? }
    run.await("the end") { committed == 6 }
    run.stop

    expect(Array.new(runs.size) { runs.pop }).to eq([[false, 1], [true, 2]])
    expect(peer.read(dead, count: 1).map(&:payload)).to eq(%w[2])
  end

  it "keep unmarked messages of manual offsets from being passed" do
    peer.produce(topic, (0..3).map(&:to_s))
    lanes = even_and_odd
    routing = proc do
      manual_offset_management true
      instance_exec(&lanes)
    end
    run = consume(topic, config: quick.merge(max_messages: 4), kafka: { "auto.commit.interval.ms": 100 },
                         routing:) do
      define_method(:consume) { mark_as_consumed(messages.last) if messages.first.offset.even? }
    end
    run.await_event("consumer.consumed", 2)
    peer.produce(topic, (4..7).map(&:to_s))
    run.await_event("consumer.consumed", 4)
    run.stop

    expect(committed).to eq(1)
  end

  it "lose nothing to a partitioner that raises: one event, one lane" do
    peer.produce(topic, (0..5).map(&:to_s))
    walked = Queue.new
    routing = lambda {
      virtual_partitions(partitioner: ->(message) { message.offset == 3 ? raise("no") : message.offset })
    }
    run = consume(topic, config: quick, routing:) do
      define_method(:consume) { walked << [collapsed?, messages.map(&:offset)] }
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(walked.pop).to eq([false, [0, 1, 2, 3, 4, 5]])
    errors = run.events("error.occurred")
    expect(errors.map { |event| event[:type] }).to eq(["virtual_partitions.partitioner.error"])
    expect(errors.first[:messages].size).to eq(6)
    expect(committed).to eq(6)
  end

  it "share native lanes by key, header and JSON field as lambdas would" do
    orders = (0..29).map { |n| { payload: %({"order":{"id":#{n % 7}}}), key: (n % 5).to_s } }
    peer.produce(topic, orders)
    lanes = Queue.new
    routing = lambda {
      virtual_partitions(partitioner: Karafka::Native::Partitioners::JsonPointer.new("/order/id"),
                         max_partitions: 3)
    }
    run = consume(topic, config: quick, routing:) do
      define_method(:consume) { lanes << messages.map { |message| message.payload["order"]["id"] }.uniq }
    end
    run.await("all lanes") { lanes.size == 3 }
    run.stop

    shared = Array.new(3) { lanes.pop }
    expect(shared.flatten.sort).to eq((0..6).to_a)
    expect(shared.map { |ids| ids.map { |id| id.to_s.sum % 3 }.uniq.size }).to eq([1, 1, 1])
  end

  it "let users take turns, and collapse, by hand" do
    peer.produce(topic, (0..3).map(&:to_s))
    inside = Queue.new
    most = Queue.new
    runs = Queue.new
    run = consume(topic, config: quick.merge(max_messages: 4), routing: even_and_odd) do
      define_method(:consume) do
        synchronize do
          synchronize { inside << true }
          most << inside.size
          inside.pop
        end
        runs << collapsed?
        collapse_until!(5)
      end
    end
    run.await_event("consumer.consumed", 2)
    peer.produce(topic, (4..5).map(&:to_s))
    run.await("the collapsed run") { runs.size >= 3 }
    run.await_event("consumer.consumed", 3)
    run.stop

    expect(Array.new(most.size) { most.pop }.uniq).to eq([1])
    expect(Array.new(runs.size) { runs.pop }.first(3)).to eq([false, false, true])
    expect(committed).to eq(6)
  end

  it "tell every lane of a loss, and mark nothing afterwards" do
    peer.produce(topic, (0..3).map(&:to_s))
    answers = Queue.new
    run = consume(topic, config: quick, routing: even_and_odd) do
      define_method(:consume) { nil }
      define_method(:revoked) { answers << mark_as_consumed(messages.first) }
    end
    run.await_event("consumer.consumed", 2)
    peer.join("thief", spec_group, topic)
    run.await_event("consumer.revoked", 2)
    peer.leave("thief")
    run.stop

    expect([answers.pop, answers.pop]).to eq([false, false])
  end
end
