# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Pausing", :fresh_app do
  let(:topic) { create_topic }

  def committed
    offset = peer.committed(spec_group, topic)[0]
    offset if offset && offset >= 0
  end

  it "at an offset starts the next batch there, no sooner than asked, and commits nothing past the marks" do
    peer.produce(topic, ("0".."9").to_a)
    batches = []
    run = consume(topic, kafka: { "auto.commit.interval.ms": 100 }) do
      define_method(:consume) do
        batches << messages.first.offset
        next if batches.size > 1

        mark_as_consumed(messages.to_a[4])
        batches << pause(5, 2_000)
      end
    end
    first = run.await_event("consumer.consumed")
    await("the commit that the pause makes", within: 2) { committed == 5 }
    second = run.await_event("consumer.consume", 2)
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(batches).to eq([0, nil, 5])
    expect(second.at - first.at).to be >= 2
    expect(run.events("consumer.consuming.pause").first.payload).to include(
      manual: true, topic:, partition: 0, offset: 5, timeout: 2_000, attempt: 1
    )
    expect(run.events("client.pause").first.payload).to include(
      topic:, partition: 0, offset: 5, timeout: 2_000,
      subscription_group: anything, caller: anything
    )
    expect(run.events("client.resume").size).to eq(1)
    expect(committed).to eq(10)
  end

  it "does not end the running method, and keeps the batch unmarked" do
    peer.produce(topic, %w[0 1 2])
    walked = []
    run = consume(topic, kafka: { "auto.commit.interval.ms": 100 }) do
      define_method(:consume) do
        messages.each do |message|
          walked << message.offset
          pause(1, 60_000) if message.offset.zero?
        end
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(walked).to eq([0, 1, 2])
    expect(committed).to be_nil
  end

  it "goes on with the next message and without a seek where that is asked (:consecutive)" do
    peer.produce(topic, ("0".."9").to_a)
    batches = []
    run = consume(topic, config: { max_messages: 3 }, routing: -> { manual_offset_management true }) do
      define_method(:consume) do
        batches << messages.map(&:offset)
        pause(:consecutive, 100) if batches.size < 3
      end
    end
    run.await("all messages") { batches.flatten.size == 10 }
    run.stop

    expect(batches.flatten).to eq((0..9).to_a)
    expect(run.events("consumer.consuming.pause").map { |event| event[:offset] }).to eq([nil, nil])
    expect(run.events("client.pause").map { |event| event[:offset] }).to eq([nil, nil])
  end

  it "takes the back-off where no time is given: 2 s in a first run" do
    peer.produce(topic, %w[0])
    run = consume(topic) { def consume = pause(0) }
    run.await_event("consumer.consuming.pause")
    run.stop

    expect(run.events("consumer.consuming.pause").first[:timeout]).to eq(2_000)
  end

  it "for no time at all ends before the next poll" do
    peer.produce(topic, %w[0 1])
    batches = []
    run = consume(topic) do
      define_method(:consume) do
        batches << messages.map(&:offset)
        pause(1, 0) if batches.size == 1
      end
    end
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(batches).to eq([[0, 1], [1]])
    loops = run.story_between(run.events("client.pause").first, run.events("client.resume").first)
    expect(loops.count("consumer.consume")).to eq(0)
  end

  it "lets automatic marks go on where it is no pause of the user's" do
    peer.produce(topic, %w[0 1])
    run = consume(topic) { def consume = pause(:consecutive, 60_000, false) }
    run.await_event("consumer.consumed")
    run.stop

    expect(run.events("consumer.consuming.pause").first[:manual]).to be(false)
    expect(committed).to eq(2)
  end

  it "takes places by name and by time, and tells them as given" do
    peer.produce(topic, %w[0 1 2])
    places = [:earliest, Time.at(0), :latest]
    batches = []
    run = consume(topic) do
      define_method(:consume) do
        batches << messages.first.offset
        place = places.shift
        pause(place, 50) if place
      end
    end
    run.await_event("consumer.consumed", 3)
    run.await_event("client.resume", 3)
    run.await_event("connection.listener.fetch_loop", 5 + run.events("connection.listener.fetch_loop").size)
    peer.produce(topic, %w[3])
    run.await_event("consumer.consumed", 4)
    run.stop

    expect(batches).to eq([0, 0, 0, 3])
    expect(run.events("consumer.consuming.pause").map do |event|
             event[:offset]
           end).to eq([:earliest, Time.at(0), :latest])
  end

  it "lets other partitions go on" do
    topic = create_topic(partitions: 2)
    peer.produce(topic, [{ payload: "a", partition: 0 }, { payload: "b", partition: 1 }])
    seen = []
    run = consume(topic) do
      define_method(:consume) do
        seen.concat(messages.map { |message| [partition, message.offset] })
        pause(1, 60_000) if partition.zero?
      end
    end
    run.await("both") { seen.size == 2 }
    run.await_event("client.pause")
    peer.produce(topic, [{ payload: "c", partition: 0 }, { payload: "d", partition: 1 }])
    run.await("the other one") { seen.include?([1, 1]) }
    run.stop

    expect(seen).not_to include([0, 1])
  end

  it "ends at once by resume, from another thread, before the next poll" do
    peer.produce(topic, %w[0 1])
    batches = []
    consumers = Queue.new
    run = consume(topic) do
      define_method(:consume) do
        batches << messages.map(&:offset)
        consumers << self
        pause(1, 600_000) if batches.size == 1
      end
      def wake_up = resume
    end
    run.await_event("consumer.consumed")
    consumers.pop.wake_up
    run.await_event("consumer.consumed", 2, within: 5)
    run.stop

    expect(batches).to eq([[0, 1], [1]])
  end

  it "that was not asked for is resumed by nobody" do
    peer.produce(topic, %w[0])
    run = consume(topic) { def consume = resume }
    run.await_event("consumer.consumed")
    run.await_event("connection.listener.fetch_loop", 3 + run.events("connection.listener.fetch_loop").size)
    run.stop

    expect(run.errors).to be_empty
    expect(run.events("client.resume")).to be_empty
  end

  it "is replaced by the retry's pause when the same run fails" do
    peer.produce(topic, %w[0 1])
    batches = []
    run = consume(topic, config: { pause: { timeout: 50, max_timeout: 100 } }) do
      define_method(:consume) do
        batches << messages.map(&:offset)
        next if batches.size > 1

        pause(1, 600_000)
        raise "no"
      end
    end
    run.await_event("consumer.consumed", within: 10)
    run.stop

    expect(batches).to eq([[0, 1], [0, 1]])
    expect(committed).to eq(2)
  end

  it "is forgotten with a stop: a new owner starts at the message that was paused at" do
    peer.produce(topic, ("0".."4").to_a)
    batches = []
    body = proc do
      define_method(:consume) do
        batches << messages.first.offset
        next if batches.size > 1

        mark_as_consumed(messages.to_a[2])
        pause(3, 600_000)
      end
    end
    run = consume(topic, &body)
    run.await_event("consumer.consumed")
    run.stop
    run = consume(topic, &body)
    run.await_event("consumer.consumed")
    run.stop

    expect(batches).to eq([0, 3])
  end
end
