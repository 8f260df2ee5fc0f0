# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Seeking", :fresh_app do
  let(:topic) { create_topic }
  let(:quick) { { pause: { timeout: 50, max_timeout: 100 } } }

  def committed
    offset = peer.committed(spec_group, topic)[0]
    offset if offset && offset >= 0
  end

  it "back reads from there, as a first attempt, and leaves this batch unmarked" do
    peer.produce(topic, ("0".."9").to_a)
    batches = []
    answers = []
    run = consume(topic) do
      define_method(:consume) do
        batches << [attempt, messages.first.offset]
        return unless batches.size == 1

        answers << seek(0) << seek_offset
        answers << mark_as_consumed(messages.last) << mark_as_consumed!(messages.last)
        answers << coordinator.manual_seek?
      end
    end
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(answers).to eq([nil, nil, true, true, true])
    expect(batches).to eq([[1, 0], [1, 0]])
    expect(committed).to eq(10)
    event = run.events("consumer.consuming.seek").first
    expect(event.payload).to include(topic:, partition: 0, manual_seek: true, reset_offset: true,
                                     time: be >= 0)
    expect(event[:message]).to have_attributes(topic:, partition: 0, offset: 0)
  end

  it "to the current position fetches nothing again, yet leaves this batch uncommitted" do
    peer.produce(topic, %w[0 1 2])
    batches = []
    run = consume(topic) do
      define_method(:consume) do
        batches << messages.map(&:offset)
        seek(messages.last.offset + 1) if batches.size == 1
      end
    end
    run.await_event("consumer.consumed")
    run.await_event("connection.listener.fetch_loop", 4 + run.events("connection.listener.fetch_loop").size)
    expect(committed).to be_nil
    peer.produce(topic, %w[3])
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(batches).to eq([[0, 1, 2], [3]])
    expect(committed).to eq(4)
  end

  it "to the latest delivers only what is new" do
    peer.produce(topic, ("0".."9").to_a)
    batches = []
    run = consume(topic, config: { max_messages: 2 }) do
      define_method(:consume) do
        batches << messages.map(&:offset)
        seek(:latest) if batches.size == 1
      end
    end
    run.await_event("consumer.consumed")
    run.await_event("connection.listener.fetch_loop", 4 + run.events("connection.listener.fetch_loop").size)
    peer.produce(topic, %w[new])
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(batches).to eq([[0, 1], [10]])
    expect(run.events("consumer.consuming.seek").first[:message].offset).to eq(-1)
  end

  it "takes the earliest, as a Symbol or a String" do
    peer.produce(topic, %w[0 1])
    batches = []
    targets = [:earliest, "earliest"]
    run = consume(topic) do
      define_method(:consume) do
        batches << messages.first.offset
        target = targets.shift
        seek(target) if target
      end
    end
    run.await_event("consumer.consumed", 3)
    run.stop

    expect(batches).to eq([0, 0, 0])
    expect(run.events("consumer.consuming.seek").map { |event| event[:message].offset }).to eq([-2, -2])
  end

  it "takes a Time: the first message at or after it, the end for a future one, the first for the past" do
    base = Time.at(1_700_000_000)
    peer.produce(topic, Array.new(6) { |n| { payload: n.to_s, timestamp: (base.to_i + n) * 1_000 } })
    batches = []
    targets = [base + 2.5, base - 1_000, base + 4, Time.now + 3_600]
    run = consume(topic) do
      define_method(:consume) do
        batches << messages.first.offset
        target = targets.shift
        seek(target) if target
      end
    end
    run.await_event("consumer.consumed", 4)
    run.await_event("connection.listener.fetch_loop", 4 + run.events("connection.listener.fetch_loop").size)
    peer.produce(topic, [{ payload: "6", timestamp: (base.to_i + 6) * 1_000 }])
    run.await_event("consumer.consumed", 5)
    run.stop

    expect(batches).to eq([0, 3, 0, 4, 6])
    expect(run.events("consumer.consuming.seek").map { |event| event[:message].offset }).to eq([3, 0, 4, -1])
  end

  it "to what is no place raises and keeps the retry point" do
    peer.produce(topic, %w[0 1 2])
    batches = []
    targets = [nil, "soon", :soon]
    run = consume(topic, config: quick) do
      define_method(:consume) do
        batches << messages.map(&:offset)
        mark_as_consumed(messages.first) if batches.size == 1
        seek(targets.shift) unless targets.empty?
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(batches).to eq([[0, 1, 2], [1, 2], [1, 2], [1, 2]])
    expect(run.errors.map { |event| [event[:type], event[:error].class, event[:seek_offset]] }.uniq).to eq(
      [["consumer.consume.error", TypeError, 1]]
    )
    expect(run.events("consumer.consuming.seek")).to be_empty
  end

  it "followed by an error goes on at the sought position" do
    peer.produce(topic, ("0".."9").to_a)
    batches = []
    run = consume(topic, config: quick) do
      define_method(:consume) do
        batches << messages.first.offset
        next if batches.size > 1

        seek(6)
        raise "no"
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(batches).to eq([0, 6])
    expect(run.events("consumer.consuming.retry").first[:offset]).to be_nil
    expect(run.events("consumer.consuming.pause").first[:offset]).to be_nil
  end

  it "without a reset keeps the position for marks: the batch is marked as usual" do
    peer.produce(topic, ("0".."9").to_a)
    batches = []
    offsets = []
    look = -> { offsets << committed }
    run = consume(topic) do
      define_method(:consume) do
        batches << messages.first.offset
        if batches.size == 1
          seek(4, reset_offset: false)
          offsets << seek_offset
        else
          commit_offsets!
          look.call
        end
      end
    end
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(batches).to eq([0, 4])
    expect(offsets).to eq([0, 10])
    expect(run.events("consumer.consuming.seek").first[:reset_offset]).to be(false)
  end
end
