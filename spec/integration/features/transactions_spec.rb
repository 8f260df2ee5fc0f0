# frozen_string_literal: true

require_relative "transactions_helper"

RSpec.describe "A consumer's transaction", :fresh_app, :transactions do
  let(:topic) { create_topic("source") }
  let(:target) { create_topic("target") }
  let(:manual) { -> { manual_offset_management true } }
  # A read-process-write consumer reads what is committed, as fast as it comes.
  let(:often) { { "auto.commit.interval.ms": 100 } }

  it "makes messages and offset durable together, and marks nothing through the consumer" do
    peer.produce(topic, %w[0 1 2])
    own = producer
    target = self.target
    run = consume(topic, kafka: often, config: { producer: own }) do
      define_method(:consume) do
        transaction do
          messages.each { |message| produce_async(topic: target, payload: message.raw_payload) }
          mark_as_consumed(messages.last)
        end
      end
    end
    run.await_event("consumer.consumed")
    run.await("all copied") { run.events("consumer.consuming.transaction").any? && committed == 3 }
    run.stop

    expect(run.errors).to be_empty
    expect(visible).to eq(%w[0 1 2])
    expect(committed).to eq(3)
  end

  it "leaves nothing visible when it raises after produce and mark, and the same batch comes again" do
    peer.produce(topic, %w[0 1 2])
    own = producer
    target = self.target
    seen = []
    quick = { pause: { timeout: 20, max_timeout: 40 }, producer: own }
    run = consume(topic, kafka: often, config: quick, routing: manual) do
      define_method(:consume) do
        seen << [attempt, messages.first.offset]
        transaction do
          produce_sync(topic: target, payload: "try #{attempt}")
          mark_as_consumed(messages.last)
          raise "no" if attempt < 3
        end
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(seen.first(3)).to eq([[1, 0], [2, 0], [3, 0]])
    expect(run.errors("consumer.consume.error").size).to eq(2)
    expect(visible).to eq(["try 3"])
    expect(committed).to eq(3)
  end

  it "answers nil when aborted, tells so, and moves nothing of a topic managed by hand" do
    peer.produce(topic, %w[0 1 2])
    own = producer
    target = self.target
    answers = []
    run = consume(topic, kafka: often, config: { producer: own }, routing: manual) do
      define_method(:consume) do
        answers << transaction do
          produce_sync(topic: target, payload: "no")
          mark_as_consumed(messages.last)
          raise WaterDrop::AbortTransaction
        end
        answers << seek_offset
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(answers.first(2)).to eq([nil, 0])
    expect(run.events("consumer.consuming.transaction").size).to be >= 1
    expect(run.errors).to be_empty
    expect([visible, committed]).to eq([[], nil])
  end

  it "raises when the partition is lost within, and nothing of it is visible" do
    peer.produce(topic, %w[0 1 2])
    own = producer
    target = self.target
    wait = Queue.new
    kafka = { "max.poll.interval.ms": 6_000, "session.timeout.ms": 6_000, "heartbeat.interval.ms": 1_000 }
    run = consume(topic, kafka:, config: { producer: own }, routing: manual) do
      define_method(:consume) do
        transaction do
          produce_sync(topic: target, payload: "lost")
          raise WaterDrop::AbortTransaction unless wait.empty?

          wait << :once
          sleep(0.1) until revoked?
          mark_as_consumed(messages.last)
        end
      end
    end
    run.await_event("error.occurred", 1, within: 40)
    run.await("the loss") { run.errors("consumer.consume.error").any? }
    run.stop

    lost = run.errors("consumer.consume.error").map { |event| event[:error].class }
    expect(lost).to eq([Karafka::Errors::AssignmentLostError])
    expect([visible, committed]).to eq([[], nil])
  end

  it "marks the rest of a batch in transactions as well, after what the consumer marked itself" do
    peer.produce(topic, %w[0 1 2 3 4])
    own = producer
    marked = []
    own.monitor.subscribe("transaction.marked_as_consumed") { |event| marked << event[:message].offset }
    run = consume(topic, kafka: often, config: { producer: own, max_wait_time: 1_000 }) do
      define_method(:consume) do
        mark_as_consumed(messages.first)
        transaction { mark_as_consumed(messages.to_a[1]) } if messages.size > 1
      end
    end
    run.await_event("consumer.consumed")
    run.await("the rest") { committed == 5 }
    run.stop

    expect(run.errors).to be_empty
    expect(marked.first(2)).to eq([1, 4])
    expect(committed).to eq(5)
  end

  it "starts a partition that comes back where its transactions ended" do
    peer.produce(topic, %w[0 1 2 3])
    own = producer
    seen = []
    group = spec_group
    run = consume(topic, kafka: often, config: { producer: own }, routing: manual) do
      define_method(:consume) do
        messages.each { |message| seen << message.offset }
        transaction { mark_as_consumed(messages.last) }
      end
    end
    run.await("the first") { seen.include?(3) && committed == 4 }
    other = peer_of("bootstrap.servers" => kafka, "group.id" => group)
    cleanups << -> { other.close }
    run.stop
    peer.produce(topic, %w[4 5])
    again = consume(topic, kafka: often, config: { producer: own }, routing: manual) do
      define_method(:consume) { messages.each { |message| seen << message.offset } }
    end
    again.await("what is new") { seen.include?(5) }
    again.stop

    expect(seen).to eq([0, 1, 2, 3, 4, 5])
  end

  it "commits a text beside the offset" do
    peer.produce(topic, %w[0])
    own = producer
    texts = []
    run = consume(topic, config: { producer: own }, routing: manual) do
      define_method(:consume) do
        transaction { mark_as_consumed(messages.last, "a text") }
        texts << client.committed.to_h.values.flatten.map(&:metadata)
      end
    end
    run.await("the text") { texts.any? }
    run.stop

    expect(texts.first).to eq(["a text"])
  end
end
