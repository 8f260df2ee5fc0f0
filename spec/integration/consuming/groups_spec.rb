# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Groups and connections of one process", :fresh_app do
  let(:topic) { create_topic }

  it "are independent: what breaks one loop is no concern of another" do
    other = create_topic("other")
    peer.produce(topic, %w[0])
    peer.produce(other, %w[0])
    seen = []
    broken = [true]
    before_start do
      Karafka.monitor.subscribe("connection.listener.fetch_loop") do |event|
        raise "broken loop" if event[:subscription_group].name == "bad" && broken.pop
      end
    end
    bad = Class.new(Karafka::BaseConsumer) { define_method(:consume) { seen << :bad } }
    good = Class.new(Karafka::BaseConsumer) { define_method(:consume) { seen << :good } }
    bad_topic = topic
    run = serve(config: { internal: { connection: { reset_backoff: 1_000 } } }) do
      subscription_group("bad") { topic(bad_topic) { consumer bad } }
      subscription_group("good") { topic(other) { consumer good } }
    end
    run.await("both") { seen.tally.size == 2 }
    run.stop

    expect(run.events("client.reset").map { |event| event[:subscription_group].name }).to eq(%w[bad])
    expect(run.errors.map { |event| event[:type] }).to eq(["connection.listener.fetch_loop.error"])
  end

  it "may read the same topic, each with positions of its own" do
    peer.produce(topic, %w[0 1])
    second = unique("second")
    seen = Hash.new { |hash, key| hash[key] = [] }
    consumers = [spec_group, second].to_h do |name|
      [name, Class.new(Karafka::BaseConsumer) do
               define_method(:consume) do
                 seen[name].concat(messages.map(&:offset))
               end
             end]
    end
    name = topic
    run = serve_groups do
      consumers.each { |group, klass| consumer_group(group) { topic(name) { consumer klass } } }
    end
    run.await("both groups") { seen.values.map(&:size) == [2, 2] }
    expect(Karafka::App.assignments.values).to eq([[0], [0]])
    run.stop

    expect(peer.committed(spec_group, topic)).to eq({ 0 => 2 })
    expect(peer.committed(second, topic)).to eq({ 0 => 2 })
  end

  it "start by dozens at once" do
    names = Array.new(20) { |n| create_topic("t#{n}") }
    names.each { |name| peer.produce(name, %w[0]) }
    seen = Queue.new
    klass = Class.new(Karafka::BaseConsumer) { define_method(:consume) { seen << topic.name } }
    run = serve(config: { concurrency: 4 }) do
      names.each { |name| subscription_group(name) { topic(name) { consumer klass } } }
    end
    run.await("all", within: 60) { seen.size >= 20 }
    run.stop(within: 60)

    expect(Array.new(seen.size) { seen.pop }).to match_array(names)
    expect(run.errors).to be_empty
  end

  it "answer questions about the cluster from within a consumer" do
    peer.produce(topic, %w[0 1 2])
    answers = {}
    run = consume(topic) do
      define_method(:consume) do
        mark_as_consumed!(messages.first)
        answers[:watermarks] = client.query_watermark_offsets(topic.name, partition)
        answers[:committed] = client.committed.to_h
        answers[:assignment] = client.assignment.to_h
        answers[:names] = %i[id name inspect assignment_lost?].map { |name| client.public_send(name) }
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(answers[:watermarks]).to eq([0, 3])
    expect(answers[:committed]).to match({ topic => [have_attributes(partition: 0, offset: 1)] })
    expect(answers[:assignment]).to match({ topic => [have_attributes(partition: 0)] })
    expect(answers[:names]).to match([/\A\h{12}\z/, /karafka/, /#<Karafka::Connection::Client id=/, false])
  end

  it "let consumers produce" do
    target = create_topic("target")
    peer.produce(topic, %w[0 1])
    run = consume(topic) do
      define_method(:consume) do
        produce_many_sync(messages.map { |message| { topic: target, payload: "#{message.raw_payload}!" } })
        produce_async(topic: target, payload: "last").wait
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(run.errors).to be_empty
    expect(peer.read(target, count: 3).map(&:payload)).to eq(%w[0! 1! last])
  end

  it "hand jobs to a scheduler of the app's own" do
    name = create_topic(partitions: 4)
    peer.produce(name, Array.new(4) { |n| { payload: n.to_s, partition: n } })
    scheduled = []
    scheduler = Class.new(Karafka::Processing::Schedulers::Base) do
      define_method(:schedule_consumption) do |jobs|
        scheduled << jobs.size
        jobs.reverse_each { |job| queue << job }
      end
    end
    order = []
    run = consume(name, config: { concurrency: 1, max_wait_time: 1_000,
                                  internal: { processing: { scheduler_class: scheduler } } }) do
      define_method(:consume) { order << partition }
    end
    run.await("all") { order.size == 4 }
    run.stop

    expect(scheduled.sum).to eq(4)
  end

  it "start anew after a scheduler that raised, without a loss" do
    peer.produce(topic, %w[0])
    failures = [1]
    scheduler = Class.new(Karafka::Processing::Schedulers::Default) do
      define_method(:schedule_consumption) do |jobs|
        raise "scheduler" if failures.pop

        super(jobs)
      end
    end
    seen = []
    run = consume(topic, config: { internal: { connection: { reset_backoff: 1_000 },
                                               processing: { scheduler_class: scheduler } } }) do
      define_method(:consume) { seen.concat(messages.map(&:offset)) }
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(seen).to eq([0])
    expect(run.errors.map { |event| event[:type] }).to eq(["connection.listener.fetch_loop.error"])
  end
end
