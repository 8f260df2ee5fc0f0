# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "The listener's recovery", :fresh_app do
  let(:topic) { create_topic }

  it "drops instances without a hook, and forgets attempts" do
    peer.produce(topic, %w[0])
    hooks = []
    attempts = []
    broken = [false]
    before_start do
      Karafka.monitor.subscribe("connection.listener.fetch_loop") do
        next unless broken[0]

        broken[0] = false
        raise "broken loop"
      end
    end
    run = consume(topic, config: { pause: { timeout: 10, max_timeout: 10 },
                                   internal: { connection: { reset_backoff: 1_000 } } }) do
      define_method(:consume) do
        attempts << attempt
        broken[0] = true if attempts.size == 3
        raise "no" if attempts.size <= 3
      end
      %i[revoked shutdown].each { |hook| define_method(hook) { hooks << [hook, attempts.size] } }
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(attempts).to eq([1, 2, 3, 1])
    expect(hooks).to eq([[:shutdown, 4]])
    expect(run.events("consumer.initialized").size).to eq(2)
    story = run.story
    expect(story.index("client.reset")).to be > story.index("error.occurred")
  end

  it "waits for the group's work before it connects anew (H-008)" do
    peer.produce(topic, %w[0])
    told = Queue.new
    broken = false
    before_start do
      Karafka.monitor.subscribe("client.events_poll") { raise "broken tick" if broken }
      Karafka.monitor.subscribe("error.occurred") { broken = false }
      Karafka.monitor.subscribe("client.reset") { told << true }
    end
    answers = []
    quick = { tick_interval: 1_000, connection: { reset_backoff: 1_000 } }
    run = consume(topic, config: { internal: quick }) do
      define_method(:consume) do
        broken = true
        IO.select(nil, nil, nil, 0.01) while broken
        # As long as a reset would need to be told.
        ending = Specs.now + 1
        IO.select(nil, nil, nil, 0.01) until told.size.positive? || Specs.now > ending
        answers << told.size << mark_as_consumed(messages.last)
      end
    end
    run.await_event("client.reset")
    run.stop

    expect(answers).to eq([0, true])
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 1 })
  end

  it "ends its rest when a stop comes" do
    before_start do
      failed = false
      Karafka.monitor.subscribe("connection.listener.fetch_loop") do
        next if failed

        failed = true
        raise "broken loop"
      end
    end
    run = consume(topic, config: { internal: { connection: { reset_backoff: 60_000 } } }) do
      def consume = nil
    end
    run.await_event("client.reset")
    asked = Specs.now
    run.stop

    expect(Specs.now - asked).to be < 5
    expect(run.events("app.terminated").size).to eq(1)
    expect(run.errors("app.stopping.error")).to be_empty
  end

  it "loses nothing, whenever something is raised into its thread" do
    topic = create_topic(partitions: 2)
    produce = -> { peer.produce(topic, Array.new(400) { |n| { payload: n.to_s, partition: n % 2 } }) }
    walked = Hash.new { |hash, key| hash[key] = [] }
    run = consume(topic, config: { max_messages: 10, max_wait_time: 20,
                                   internal: { connection: { reset_backoff: 1_000 } } }) do
      define_method(:consume) { walked[partition].concat(messages.map(&:offset)) }
    end
    4.times do |n|
      produce.call
      run.await_event("consumer.consumed", 3 + run.events("consumer.consumed").size)
      Thread.list.find do |thread|
        thread.name&.start_with?("karafka.listener##{spec_group}")
      end.raise("out of the blue")
      run.await_event("client.reset", n + 1)
    end
    run.await("everything", within: 60) { walked.values.sum { |offsets| offsets.uniq.size } == 1_600 }
    run.stop

    gaps = walked.transform_values { |offsets| offsets.each_cons(2).count { |one, other| other > one + 1 } }
    expect(gaps).to eq({ 0 => 0, 1 => 0 })
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 800, 1 => 800 })
    expect(run.errors.map { |event| event[:type] }.uniq).to eq(["connection.listener.fetch_loop.error"])
  end

  it "tells an offset that is no more, where the policy is to tell, and reads nothing by guess" do
    peer.produce(topic, %w[0 1])
    peer.commit(spec_group, topic, { 0 => 50 })
    run = consume(topic, kafka: { "auto.offset.reset": "error" }) do
      def consume = nil
    end
    run.await("the report") { run.errors("connection.client.poll.error").any? }
    run.stop

    expect(run.errors("connection.client.poll.error").first[:error].code).to eq(:auto_offset_reset)
    expect(run.events("consumer.consume")).to be_empty
  end

  it "reads from the earliest message again once the committed offset is out of range, by default" do
    peer.produce(topic, %w[0 1])
    peer.commit(spec_group, topic, { 0 => 50 })
    seen = []
    run = consume(topic) { define_method(:consume) { seen.concat(messages.map(&:offset)) } }
    run.await_event("consumer.consumed")
    run.stop

    expect(seen).to eq([0, 1])
  end
end
