# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Marking and committing", :fresh_app do
  let(:topic) { create_topic }
  let(:manual) { -> { manual_offset_management true } }
  let(:seldom) { { "auto.commit.interval.ms": 60_000 } }

  # Nothing committed is told as absent or as librdkafka's invalid offset.
  def committed(partition = 0)
    offset = peer.committed(spec_group, topic)[partition]
    offset if offset && offset >= 0
  end

  it "commits nothing of a topic managed by hand that nobody marked" do
    peer.produce(topic, %w[0 1])
    run = consume(topic, routing: manual) { def consume = nil }
    run.await_event("consumer.consumed")
    run.stop

    expect(committed).to be_nil
  end

  it "commits at the end what was marked, one more than the message's offset" do
    peer.produce(topic, %w[0 1 2 3])
    answers = []
    run = consume(topic, routing: manual, kafka: seldom) do
      define_method(:consume) do
        answers << mark_as_consumed(messages.to_a[1]) << mark_as_consumed(messages.to_a[1])
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(answers).to eq([true, true])
    expect(committed).to eq(2)
  end

  it "commits at once with the bang form, and not again what was marked already" do
    peer.produce(topic, %w[0 1 2])
    seen = []
    group = spec_group
    run = consume(topic, routing: manual, kafka: seldom) do
      define_method(:consume) do
        mark_as_consumed!(messages.first)
        seen << :first
      end
    end
    run.await_event("consumer.consumed")
    expect(committed).to eq(1)
    run.stop
    expect(peer.committed(group, topic)).to eq({ 0 => 1 })
  end

  it "leaves a repeated mark uncommitted in its bang form, while commit_offsets! commits it" do
    peer.produce(topic, %w[0 1 2])
    committed_after = []
    look = -> { committed_after << committed }
    run = consume(topic, routing: manual, kafka: seldom) do
      define_method(:consume) do
        mark_as_consumed(messages.first)
        look.call if mark_as_consumed!(messages.first)
        look.call if commit_offsets!
        look.call if commit_offsets!
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(run.errors).to be_empty
    expect(committed_after).to eq([nil, 1, 1])
  end

  it "reaches the broker by the periodic commit while a run still works" do
    peer.produce(topic, %w[0 1 2])
    marked = Queue.new
    go_on = Queue.new
    run = consume(topic, routing: manual, kafka: { "auto.commit.interval.ms": 100 }) do
      define_method(:consume) do
        mark_as_consumed(messages.to_a[1])
        marked << true
        go_on.pop
      end
    end
    marked.pop
    await("the periodic commit", within: 10) { committed == 2 }
    go_on << true
    run.stop
  end

  it "goes back with an older mark, on the broker too and at once" do
    peer.produce(topic, ("0".."9").to_a)
    look = []
    see = -> { look << committed }
    run = consume(topic, routing: manual, kafka: seldom, config: { max_wait_time: 1_000 }) do
      define_method(:consume) do
        all = messages.to_a
        mark_as_consumed!(all[8])
        see.call
        look << mark_as_consumed!(all[3])
        see.call
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(look).to eq([9, true, 4])
    expect(committed).to eq(4)
  end

  it "goes back with an older mark after a seek, without the bang form as well" do
    peer.produce(topic, ("0".."9").to_a)
    sought = false
    run = consume(topic, routing: manual, kafka: seldom, config: { max_wait_time: 1_000 }) do
      define_method(:consume) do
        if sought
          mark_as_consumed(messages.first)
        else
          mark_as_consumed!(messages.last)
          sought = true
          seek(3)
        end
      end
    end
    run.await_event("consumer.consumed", 2)
    await("the commit that goes back", within: 10) { committed == 4 }
    run.stop
    expect(committed).to eq(4)
  end

  it "marks the last message of a batch that ends early under automatic management" do
    peer.produce(topic, %w[0 1 2])
    run = consume(topic) { def consume = (return if messages.any?) }
    run.await_event("consumer.consumed")
    run.stop

    expect(committed).to eq(3)
  end

  it "works in shutdown" do
    peer.produce(topic, %w[0 1 2])
    answers = []
    run = consume(topic, routing: manual) do
      def consume = nil
      define_method(:shutdown) { answers << mark_as_consumed!(messages.last) }
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(answers).to eq([true])
    expect(committed).to eq(3)
  end

  it "commits metadata beside the offset" do
    peer.produce(topic, %w[0])
    run = consume(topic, routing: manual) do
      def consume = mark_as_consumed!(messages.last, "by hand")
    end
    run.await_event("consumer.consumed")
    run.stop

    found = Karafka::Native::Connection.new({ "bootstrap.servers": kafka, "group.id": spec_group })
    cleanups << -> { found.close(1_000) }
    expect(found.committed([[topic, 0]], 5_000).first[2..3]).to eq([1, "by hand"])
  end

  it "answers false after the group took the partition away for want of polls; the run goes on" do
    peer.produce(topic, %w[0 1])
    answers = []
    lost = Queue.new
    attempts = []
    run = consume(topic, kafka: { "max.poll.interval.ms": 2_000, "session.timeout.ms": 2_000,
                                  "heartbeat.interval.ms": 500 }) do
      define_method(:consume) do
        attempts << attempt
        return unless attempts.size == 1

        mark_as_consumed(messages.first)
        lose_partition
        answers << mark_as_consumed(messages.first) << mark_as_consumed(messages.last)
        answers.push(mark_as_consumed!(messages.last), commit_offsets, commit_offsets!)
        lost << true
        raise "after the loss"
      end

      def lose_partition
        deadline = Specs.now + 20
        Thread.pass until revoked? || Specs.now > deadline
      end
    end
    lost.pop
    run.await("the rejoin") { attempts.size == 2 }
    run.await_event("consumer.consumed")
    run.stop

    expect(answers).to eq([true, false, false, false, false])
    expect(attempts).to eq([1, 1])
    expect(run.events("consumer.consuming.retry")).to be_empty
    expect(run.errors.map { |event| event[:type] }).to contain_exactly("consumer.consume.error",
                                                                       "connection.client.poll.error")
    expect(run.errors("connection.client.poll.error").first[:error].code).to eq(:max_poll_exceeded)
    expect(run.events("client.reset")).to be_empty
    expect(committed).to eq(2)
  end

  it "keeps each mark over a SIGTERM in the middle of a batch" do
    peer.produce(topic, ("0".."9").to_a)
    app = run_app(<<~RUBY, { "TOPIC" => topic, "GROUP" => spec_group })
      require "karafka"
      class Reader < Karafka::BaseConsumer
        def consume
          messages.each do |message|
            return if Karafka::App.done?
            puts "at \#{message.offset}"
            mark_as_consumed(message)
            if message.offset == 4
              gets
              sleep(0.01) until Karafka::App.done?
            end
          end
        end
      end
      Karafka::App.setup do |config|
        config.kafka = { "bootstrap.servers": ENV["KAFKA"], "auto.commit.interval.ms": 60_000 }
        config.max_wait_time = 200
      end
      Karafka::App.routes.draw do
        consumer_group(ENV["GROUP"]) do
          topic(ENV["TOPIC"]) do
            consumer Reader
            manual_offset_management true
          end
        end
      end
      Karafka::Server.run
      puts "ended"
    RUBY
    app.await_line("at 4")
    app.signal("TERM")
    app.say("go")
    expect(app.exit_status).to eq(0)
    expect(app.lines.last).to eq("ended")
    expect(committed).to eq(5)
  end

  it "gives everything marked to the broker before partitions go to another member" do
    topic_name = create_topic(partitions: 2)
    peer.produce(topic_name, Array.new(10) { |n| { payload: n.to_s, partition: n % 2 } })
    group = spec_group
    run = consume(topic_name, kafka: seldom) { def consume = nil }
    await_marks = lambda {
      run.events("consumer.consumed").map do |event|
        event[:caller].partition
      end.uniq.size == 2
    }
    run.await("both partitions", &await_marks)
    peer.join("second", group, topic_name)
    fetched = peer.take("second", count: 1, within: 5)
    run.stop
    peer.leave("second")

    expect(fetched).to be_empty
    expect(peer.committed(group, topic_name)).to eq({ 0 => 5, 1 => 5 })
    expect(run.events("rebalance.partitions_revoked").size).to be >= 1
  end
end
