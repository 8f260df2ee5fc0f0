# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "The dead letter queue", :fresh_app do
  let(:topic) { create_topic }
  let(:dead) { create_topic(partitions: 2) }
  let(:quick) { { pause: { timeout: 20, max_timeout: 40 } } }

  def committed
    offset = peer.committed(spec_group, topic)[0]
    offset if offset && offset >= 0
  end

  # A consumer that marks each message and fails at those that say so.
  def fails_at(*offsets)
    lambda do |seen|
      lambda do
        messages.each do |message|
          seen << [attempt, message.offset] if offsets.include?(message.offset)
          raise "no" if offsets.include?(message.offset)

          mark_as_consumed(message)
        end
      end
    end
  end

  it "takes one message after its retries, with its key, headers and origin, and consuming goes on" do
    peer.produce(topic, (0..8).map { |n| { payload: "p#{n}", key: "k#{n}", headers: { "h" => n.to_s } } })
    target = dead
    seen = []
    body = fails_at(4).call(seen)
    run = consume(topic, config: quick, routing: -> { dead_letter_queue(topic: target, max_retries: 2) }) do
      define_method(:consume, &body)
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(seen).to eq([[1, 4], [2, 4], [3, 4]])
    letter = peer.read(dead, count: 1).first
    expect([letter.payload, letter.key]).to eq(%w[p4 k4])
    expect(letter.headers.to_h).to include(
      "h" => "4", "source_topic" => topic, "source_partition" => "0", "source_offset" => "4",
      "source_consumer_group" => spec_group, "source_attempts" => "3", "source_trace_id" => /\h{8}-/
    )
    expect(run.events("dead_letter_queue.dispatched").map { |event| event[:message].offset }).to eq([4])
    expect(run.events("consumer.consuming.retry").size).to eq(2)
    expect(run.events("consumer.consuming.pause").last.payload)
      .to include(manual: false, attempt: 0, timeout: 20)
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 9 })
  end

  it "skips without a topic, and retries for ever with none" do
    peer.produce(topic, %w[0 1])
    body = fails_at(0).call([])
    run = consume(topic, config: quick, routing: -> { dead_letter_queue(topic: false, max_retries: 0) }) do
      define_method(:consume, &body)
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(run.events("dead_letter_queue.dispatched")).to be_empty
    expect(run.events("consumer.consuming.retry")).to be_empty
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 2 })
  end

  it "leaves the message unmarked when it cannot be sent" do
    peer.produce(topic, %w[0 1])
    target = dead
    broken = true
    seen = []
    run = consume(topic, config: quick, routing: -> { dead_letter_queue(topic: target, max_retries: 0) }) do
      define_method(:consume) { (seen << attempt) && (raise "no" if messages.first.offset.zero?) }
      define_method(:enhance_dlq_message) do |letter, message|
        raise "hook" if broken

        letter[:payload] = "#{message.raw_payload} enhanced"
      end
    end
    run.await("an error of the hook") do
      run.events("error.occurred").any? { |event| event[:type] == "consumer.after_consume.error" }
    end
    expect(committed).to be_nil
    broken = false
    run.await_event("consumer.consumed")
    run.stop

    expect(peer.read(dead, count: 1).map(&:payload)).to eq(["0 enhanced"])
    expect(seen.uniq).to eq([1])
  end

  it "lets a strategy decide, and name the topic" do
    peer.produce(topic, %w[0 1])
    target = dead
    asked = []
    strategy = lambda do |errors, attempt|
      asked << [errors.size, attempt]
      attempt < 2 ? :retry : [:dispatch, target]
    end
    body = fails_at(0).call([])
    run = consume(topic, config: quick, routing: -> { dead_letter_queue(topic: :strategy, strategy:) }) do
      define_method(:consume, &body)
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(asked).to eq([[1, 1], [2, 2]])
    expect(peer.read(dead, count: 1).map(&:payload)).to eq(%w[0])
  end

  it "under manual offsets goes on in memory, so that a restart brings the message again" do
    peer.produce(topic, %w[0 1])
    target = dead
    routing = lambda do
      manual_offset_management true
      dead_letter_queue(topic: target, max_retries: 0)
    end
    seen = []
    run = consume(topic, config: quick, routing:) do
      define_method(:consume) do
        seen << messages.first.offset
        raise "no" if seen.size == 1
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(seen).to eq([0, 1])
    expect(committed).to be_nil
  end

  it "keeps messages of one partition in order, in one partition" do
    peer.produce(topic, %w[0 1 2 3])
    target = dead
    run = consume(topic, config: quick, routing: -> { dead_letter_queue(topic: target, max_retries: 0) }) do
      def consume = raise("no")
    end
    run.await("four letters") { run.events("dead_letter_queue.dispatched").size == 4 }
    run.stop

    letters = peer.read(dead, count: 4)
    expect(letters.map(&:partition).uniq.size).to eq(1)
    expect(letters.map(&:payload)).to eq(%w[0 1 2 3])
  end

  it "is sent to by hand, marking nothing" do
    peer.produce(topic, %w[0])
    target = dead
    run = consume(topic, routing: -> { dead_letter_queue(topic: target) }) do
      define_method(:consume) do
        messages.each { |message| dispatch_to_dlq(message) }
        pause(messages.first.offset, 60_000)
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(peer.read(dead, count: 1).first.headers.to_h).to include("source_attempts" => "1")
    expect(committed).to be_nil
  end
end
