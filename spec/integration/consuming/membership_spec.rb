# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Membership of the group", :fresh_app do
  let(:topic) { create_topic }

  it "survives Ruby threads that burn the processor" do
    peer.produce(topic, %w[0])
    ending = false
    burners = Array.new(3) { Thread.new { (1..1_000).sum until ending } }
    run = consume(topic, kafka: { "session.timeout.ms": 1_500, "heartbeat.interval.ms": 300,
                                  "max.poll.interval.ms": 3_000 }) { def consume = nil }
    run.await_event("consumer.consumed")
    run.await_event("connection.listener.fetch_loop", 25 + run.events("connection.listener.fetch_loop").size)
    peer.produce(topic, %w[1])
    run.await_event("consumer.consumed", 2)
    ending = true
    burners.each(&:join)
    run.stop

    expect(run.errors).to be_empty
    expect(run.events("rebalance.partitions_assigned").size).to eq(1)
  end

  it "keeps statistics flowing while a run works" do
    peer.produce(topic, %w[0])
    go_on = Queue.new
    run = consume(topic, kafka: { "statistics.interval.ms": 200 },
                         config: { internal: { tick_interval: 1_000 } }) do
      define_method(:consume) { go_on.pop }
    end
    run.await_event("consumer.consume")
    run.await_event("statistics.emitted", 5 + run.events("statistics.emitted").size)
    expect(run.events("consumer.consumed")).to be_empty
    go_on << true
    run.stop
  end

  it "forgets its assignments once the group has put it out" do
    peer.produce(topic, %w[0])
    seen = []
    run = consume(topic, kafka: { "session.timeout.ms": 1_500, "heartbeat.interval.ms": 300,
                                  "max.poll.interval.ms": 1_500 },
                         config: { internal: { tick_interval: 1_000 } }) do
      define_method(:consume) do
        next if seen.any?

        seen << Karafka::App.assignments.values
        deadline = Specs.now + 15
        Thread.pass until Karafka::App.assignments.empty? || Specs.now > deadline
        seen << Karafka::App.assignments.values << revoked?
      end
    end
    run.await_event("rebalance.partitions_assigned", 2)
    run.stop

    expect(seen).to eq([[[0]], [], true])
  end

  it "lets bang marks go on, or answer false, while members come and go in a cooperative group" do
    topic = create_topic(partitions: 4)
    peer.produce(topic, Array.new(400) { |n| { payload: n.to_s, partition: n % 4 } })
    cooperative = { "partition.assignment.strategy": "cooperative-sticky" }
    answers = []
    seen = Hash.new { |hash, key| hash[key] = [] }
    run = consume(topic, kafka: cooperative, config: { max_messages: 20, max_wait_time: 50 }) do
      define_method(:consume) do
        messages.each do |message|
          answers << mark_as_consumed!(message)
          break if revoked?

          seen[partition] << message.offset
        end
      end
    end
    run.await_event("consumer.consumed")
    2.times do |n|
      peer.join("m#{n}", spec_group, topic, settings: cooperative.merge("enable.auto.commit": false))
      peer.take("m#{n}", count: 1, within: 2)
      peer.leave("m#{n}")
    end
    run.await("everything", within: 60) do
      seen.size == 4 && seen.values.all? do |offsets|
        offsets.uniq.size == 100
      end
    end
    run.stop

    expect(run.errors).to be_empty
    expect(run.events("client.reset")).to be_empty
    expect(answers.uniq - [true, false]).to be_empty
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 100, 1 => 100, 2 => 100, 3 => 100 })
  end

  it "starts nothing of a partition after its revocation hook began" do
    topic = create_topic(partitions: 2)
    story = []
    run = consume(topic, config: { max_messages: 3, max_wait_time: 20 }) do
      define_method(:consume) { story << [:consume, id] }
      define_method(:revoked) { story << [:revoked, id] }
    end
    peer.produce(topic, Array.new(100) { |n| { payload: n.to_s, partition: n % 2 } })
    run.await_event("consumer.consumed", 4)
    peer.join("other", spec_group, topic)
    peer.take("other", count: 1, within: 3)
    run.await_event("rebalance.partitions_assigned", 2)
    peer.produce(topic, Array.new(10) { |n| { payload: n.to_s, partition: n % 2 } })
    run.await("work of a new instance") do
      story.any? { |hook, id| hook == :consume && story.index([:revoked, id]).nil? && story.assoc(:revoked) }
    end
    peer.leave("other")
    run.stop

    gone = story.filter_map { |hook, id| id if hook == :revoked }
    expect(gone.size).to eq(2)
    gone.each { |id| expect(story.rindex([:consume, id])).to be < story.index([:revoked, id]) }
  end

  it "gives away no message: whatever the order of joins, each offset is committed only after it was seen" do
    topic = create_topic(partitions: 3)
    seen = Hash.new { |hash, key| hash[key] = [] }
    run = consume(topic, config: { max_messages: 7, max_wait_time: 20, concurrency: 3 },
                         kafka: { "auto.commit.interval.ms": 50 }) do
      define_method(:consume) { seen[partition].concat(messages.map(&:offset)) }
    end
    peer.produce(topic, Array.new(150) { |n| { payload: n.to_s, partition: n % 3 } })
    run.await_event("consumer.consumed")
    2.times do |n|
      peer.join("m#{n}", spec_group, topic, settings: { "enable.auto.commit" => false })
      peer.take("m#{n}", count: 1, within: 2)
      peer.leave("m#{n}")
      peer.produce(topic, Array.new(30) { |one| { payload: one.to_s, partition: one % 3 } })
    end
    run.await("everything", within: 60) do
      seen.size == 3 && seen.values.all? do |offsets|
        offsets.uniq.size == 70
      end
    end
    run.stop

    expect(seen.transform_values { |offsets| offsets.uniq.sort }).to eq((0..2).to_h { |n| [n, (0..69).to_a] })
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 70, 1 => 70, 2 => 70 })
    expect(run.errors).to be_empty
  end

  it "is left in time although the topic does not exist" do
    run = consume(unique("missing"), kafka: { "allow.auto.create.topics": false }) { def consume = nil }
    run.await("the report") { run.errors("connection.client.poll.error").any? }
    asked = Specs.now
    run.stop

    expect(run.errors("connection.client.poll.error").first[:error].code).to eq(:unknown_topic_or_part)
    expect(run.errors("connection.listener.fetch_loop.error")).to be_empty
    expect(Specs.now - asked).to be < 10
  end

  it "never lets librdkafka store offsets by itself, whatever the app asks for" do
    peer.produce(topic, %w[0 1 2])
    run = consume(topic, routing: -> { manual_offset_management true },
                         kafka: { "enable.auto.offset.store": true, "auto.commit.interval.ms": 50 }) do
      def consume = nil
    end
    run.await_event("consumer.consumed")
    run.await_event("connection.listener.fetch_loop", 4 + run.events("connection.listener.fetch_loop").size)
    run.stop

    expect(peer.committed(spec_group, topic).fetch(0, -1001)).to be < 0
  end

  # What a stop has to wait for: a hook, and a run that polling does not wait for.
  { shutdown: false, consume: true }.each do |hook, long_running|
    it "outlasts a stop whose #{hook} takes longer than the poll interval (H-149)" do
      peer.produce(topic, %w[0])
      begun = Queue.new
      go_on = Queue.new
      answers = []
      routing = -> { [manual_offset_management(true), long_running_job(long_running)] }
      run = consume(topic, routing:, kafka: { "session.timeout.ms": 1_500, "heartbeat.interval.ms": 300,
                                              "max.poll.interval.ms": 1_500 }) do
        def consume = nil
        define_method(hook) do
          begun << true
          go_on.pop
          answers << revoked? << mark_as_consumed!(messages.last)
        end
      end
      run.await_event("consumer.consume")
      stopping = Thread.new { run.stop }
      begun.pop
      run.await_event("app.stopping")
      asked = Specs.now
      run.await("twice the interval, polling") do
        Specs.now - asked > 3 && run.events("client.events_poll").any? { |event| event.at > asked + 3 }
      end
      go_on << true
      stopping.join

      expect(answers).to eq([false, true])
      expect(run.errors).to be_empty
      expect(run.events("rebalance.partitions_assigned").size).to eq(1)
    end
  end
end
