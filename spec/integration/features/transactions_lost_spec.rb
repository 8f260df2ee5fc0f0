# frozen_string_literal: true

require_relative "transactions_helper"

# Long-running jobs, which a rebalance does not wait for, in the middle of their transactions.
RSpec.describe "A consumer's transaction whose partition goes to another member", :fresh_app, :transactions do
  let(:topic) { create_topic("source") }
  let(:target) { create_topic("target") }
  let(:long) { -> { long_running_job true } }
  let(:config) { { pause: { timeout: 20, max_timeout: 40 }, concurrency: 4, max_wait_time: 1_000 } }
  let(:often) { { "auto.commit.interval.ms": 50 } }

  # Another member, which comes first where partitions are dealt out, takes the only one, and keeps it until
  # `give_back`.
  def take_away(run, hooks: 1)
    peer.join("thief", spec_group, topic, settings: { "client.id": "a-thief" })
    run.await_event("consumer.revoked", hooks)
    await("the thief's assignment") { peer.assigned("thief") == [[topic, 0]] }
  end

  def give_back = peer.leave("thief")

  it "is aborted at its mark, while `revoked` sends in a transaction of its own" do
    peer.produce(topic, %w[0 1 2])
    own = producer
    target = self.target
    began = Queue.new
    answers = Queue.new
    run = consume(topic, kafka: often, config: { **config, producer: own }, routing: long) do
      define_method(:consume) do
        next if began.closed?

        transaction do
          produce_sync(topic: target, payload: "of consume")
          began << true
          began.close
          sleep(0.02) until revoked?
          mark_as_consumed(messages.last)
        end
      rescue Karafka::Errors::AssignmentLostError => e
        answers << e.class
        raise
      end
      define_method(:revoked) do
        answers << mark_as_consumed(messages.last)
        answers << transaction { produce_sync(topic: target, payload: "of revoked") && :sent }
      end
    end
    began.pop
    take_away(run)
    run.await("the end") { run.errors("consumer.consume.error").any? }
    found = [visible, committed]
    give_back
    run.stop

    expect(Array.new(3) { answers.pop }).to match_array([false, Karafka::Errors::AssignmentLostError, :sent])
    expect(found).to eq([["of revoked"], nil])
    expect(run.events("consumer.consuming.retry")).to be_empty
  end

  it "that only sends is committed all the same" do
    peer.produce(topic, %w[0])
    own = producer
    target = self.target
    began = Queue.new
    run = consume(topic, config: { **config, producer: own }, routing: lambda {
      long_running_job true
      manual_offset_management true
    }) do
      define_method(:consume) do
        next if began.closed?

        transaction do
          produce_sync(topic: target, payload: "sent")
          began << true
          began.close
          sleep(0.02) until revoked?
        end
      end
    end
    began.pop
    take_away(run)
    run.await_event("consumer.consumed")
    run.stop
    give_back

    expect([visible, run.errors, committed]).to eq([%w[sent], [], nil])
  end

  it "drops its marks in every lane, and the next owner works on all that was not committed" do
    peer.produce(topic, Array.new(9) { |n| { payload: n.to_s, key: (n % 3).to_s } })
    own = producer
    target = self.target
    began = Queue.new
    gate = Queue.new
    routing = lambda do
      long_running_job true
      virtual_partitions(partitioner: lambda(&:raw_key), max_partitions: 3)
    end
    run = consume(topic, kafka: often, config: { **config, producer: own }, routing:) do
      define_method(:consume) do
        messages.each do |message|
          began << true
          gate.pop unless gate.closed?
          transaction do
            produce_async(topic: target, payload: message.raw_payload)
            mark_as_consumed(message)
          end
        end
      end
    end
    run.await("each lane") { began.size == 3 }
    take_away(run, hooks: 3)
    gate.close
    run.await("an error in each lane") { run.errors("consumer.consume.error").size == 3 }
    expect([visible, committed]).to eq([[], nil])
    give_back
    run.await("the rest") { committed == 9 }
    run.stop

    lost = run.errors("consumer.consume.error").map { |event| event[:error].class }
    expect(lost).to eq([Karafka::Errors::AssignmentLostError] * 3)
    expect(visible - ["end"]).to match_array((0..8).map(&:to_s))
  end

  { "marking what it gave up" => true, "marking nothing" => false }.each do |name, marks|
    it "takes a dead letter back, which the next owner sends: #{name}" do
      letters = create_topic("letters")
      peer.produce(topic, %w[0 1 2])
      own = producer
      began = Queue.new
      routing = lambda do
        long_running_job true
        dead_letter_queue(topic: letters, max_retries: 0, mark_after_dispatch: marks)
      end
      run = consume(topic, kafka: often, config: { **config, producer: own }, routing:) do
        define_method(:consume) do
          messages.each do |message|
            raise "never" if message.offset == 1

            transaction { mark_as_consumed(message) }
          end
        end
        define_method(:enhance_dlq_message) do |letter, _message|
          letter[:payload] = began.closed? ? "of the next owner" : "of the first"
          next if began.closed?

          began << true
          began.close
          sleep(0.02) until revoked?
        end
      end
      began.pop
      take_away(run)
      run.await_event("worker.completed", 2)
      first = visible(letters)
      before = committed
      give_back
      run.await("the rest") { committed == 3 }
      run.stop

      expect([first, before]).to eq([marks ? [] : ["of the first"], 1])
      expect(visible(letters) - ["end"]).to eq([*first, "of the next owner"])
      expect(run.errors("consumer.after_consume.error")).to be_empty
      expect(commits).to eq(commits.sort)
    end
  end
end
