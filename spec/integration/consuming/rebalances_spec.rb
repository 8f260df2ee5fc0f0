# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Rebalances", :fresh_app do
  let(:topic) { create_topic(partitions: 2) }

  def both(payload = "x") = [{ payload:, partition: 0 }, { payload:, partition: 1 }]

  # Events in order, told apart by partition where they have one.
  def lifecycle(run)
    run.events.filter_map do |event|
      case event.name
      when /\Arebalance/ then event.name.delete_prefix("rebalance.partitions_")
      when /\Aconsumer\.(initialized|consumed|revoked|shutdown)\z/
        "#{Regexp.last_match(1)} #{event[:caller].partition}"
      end
    end
  end

  it "end every instance of an eager group, kept partitions included, and begin anew" do
    peer.produce(topic, both)
    instances = Hash.new { |hash, key| hash[key] = [] }
    in_revoked = []
    run = consume(topic) do
      define_method(:consume) { instances[partition] << [id, attempt, seek_offset] }
      define_method(:revoked) do
        in_revoked << [revoked?, messages.size, mark_as_consumed(messages.last), commit_offsets!,
                       commit_offsets]
      end
    end
    run.await("both partitions") { instances.size == 2 }
    peer.join("other", spec_group, topic)
    taken = peer.take("other", count: 1, within: 3)
    run.await_event("rebalance.partitions_assigned", 2)
    run.await("both instances' ends") { in_revoked.size == 2 }
    peer.produce(topic, both("y"))
    run.await("the kept partition") { instances.values.any? { |runs| runs.size == 2 } }
    run.stop
    peer.leave("other")

    expect(taken).to be_empty
    # The mark of what was marked already is true, whoever owns the partition.
    expect(in_revoked).to eq([[true, 1, true, false, false]] * 2)
    kept = instances.values.find { |runs| runs.size == 2 }
    expect(kept.map(&:first).uniq.size).to eq(2)
    expect(kept.last[1..]).to eq([1, 1])
    story = lifecycle(run)
    expect(story.index("revoke")).to be < story.index("revoked")
    expect(story.index("revoked")).to be < story.rindex("assign")
    expect(story.index("revoked")).to be < story.index("revoked 0")
  end

  it "touch only what goes in a cooperative group" do
    peer.produce(topic, both)
    instances = Hash.new { |hash, key| hash[key] = [] }
    revoked = []
    cooperative = { "partition.assignment.strategy": "cooperative-sticky" }
    run = consume(topic, kafka: cooperative) do
      define_method(:consume) { instances[partition] << id }
      define_method(:revoked) { revoked << partition }
    end
    run.await("both partitions") { instances.size == 2 }
    peer.join("other", spec_group, topic, settings: cooperative)
    peer.take("other", count: 1, within: 3)
    run.await("the one that goes") { revoked.size == 1 }
    gone = revoked.first
    kept = 1 - gone
    peer.produce(topic, both("y"))
    run.await("the kept one") { instances[kept].size == 2 }
    expect(peer.take("other", count: 1).map(&:partition)).to eq([gone])
    peer.leave("other")
    run.stop

    expect(instances[kept].uniq.size).to eq(1)
    expect(revoked).to eq([gone])
  end

  it "lift a pause: the partition that comes back flows" do
    peer.produce(topic, both)
    batches = []
    run = consume(topic, config: { max_wait_time: 100 }) do
      define_method(:consume) do
        batches << [partition, messages.first.offset]
        mark_as_consumed(messages.last)
        pause(messages.last.offset + 1, 3_600_000) if batches.size <= 2
      end
    end
    run.await_event("client.pause", 2)
    peer.join("other", spec_group, topic)
    peer.take("other", count: 1, within: 3)
    run.await_event("rebalance.partitions_assigned", 2)
    peer.leave("other")
    run.await_event("rebalance.partitions_assigned", 3)
    peer.produce(topic, both("y"))
    run.await("both again") { batches.map(&:first).tally.values.min >= 2 && batches.size >= 4 }
    run.stop

    expect(batches.map(&:last).sort.last(2)).to eq([1, 1])
    expect(run.events("client.resume").size).to eq(2)
    last_pause = run.events.index(run.events("client.pause").last)
    resumed = run.events.index(run.events("client.resume").first)
    expect(resumed).to be > last_pause
  end

  it "start attempts anew: fail, lose, get back, run as the first" do
    peer.produce(topic, both)
    attempts = Hash.new { |hash, key| hash[key] = [] }
    failing = true
    run = consume(topic, config: { pause: { timeout: 10, max_timeout: 10 } }) do
      define_method(:consume) do
        attempts[partition] << attempt
        raise "no" if failing
      end
    end
    run.await("attempts") { attempts.values.map(&:size).min.to_i >= 3 && attempts.size == 2 }
    peer.join("other", spec_group, topic, settings: { "enable.auto.commit" => false })
    peer.take("other", count: 1, within: 3)
    run.await_event("rebalance.partitions_assigned", 2)
    failing = false
    peer.leave("other")
    run.await_event("rebalance.partitions_assigned", 3)
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(attempts.values.map { |seen| seen.count(1) }.min).to be >= 2
  end

  it "tell a stop as a shutdown, never as a revocation" do
    peer.produce(topic, both)
    hooks = []
    run = consume(topic) do
      def consume = nil
      %i[revoked shutdown].each { |hook| define_method(hook) { hooks << [hook, partition, revoked?] } }
    end
    run.await("both") { run.events("consumer.consumed").size == 2 }
    run.stop

    expect(hooks).to contain_exactly([:shutdown, 0, false], [:shutdown, 1, false])
    expect(run.story.last(20)).to include("rebalance.partitions_revoke", "rebalance.partitions_revoked")
  end

  it "after the shutdown hooks of a quiet server only publish events" do
    peer.produce(topic, both)
    hooks = []
    run = consume(topic) do
      def consume = nil
      %i[revoked shutdown].each { |hook| define_method(hook) { hooks << hook } }
    end
    run.await("both") { run.events("consumer.consumed").size == 2 }
    Karafka::Server.quiet
    run.await_event("app.quiet")
    peer.join("other", spec_group, topic)
    peer.take("other", count: 1, within: 3)
    run.await_event("rebalance.partitions_assigned", 2)
    run.stop
    peer.leave("other")

    expect(hooks).to eq(%i[shutdown shutdown])
    expect(run.errors).to be_empty
  end

  { "eager" => {}, "cooperative" => { "partition.assignment.strategy": "cooperative-sticky" },
    "broker-side" => { "group.protocol": "consumer" } }.each do |protocol, settings|
    it "need not wait for a member that was stopped (#{protocol})" do
      2.times do
        peer.produce(topic, both)
        run = consume(topic, kafka: settings) { def consume = nil }
        run.await("both partitions", within: 20) { run.events("consumer.consumed").size == 2 }
        run.stop
        expect(run.errors).to be_empty
      end

      expect(peer.committed(spec_group, topic)).to eq({ 0 => 2, 1 => 2 })
    end
  end

  it "are answered whatever their subscribers do" do
    peer.produce(topic, both)
    before_start do |run|
      %w[assign assigned revoke revoked].each do |name|
        Karafka.monitor.subscribe("rebalance.partitions_#{name}") { raise "#{name} listener" }
      end
      run
    end
    run = consume(topic) { def consume = nil }
    run.await("both") { run.events("consumer.consumed").size == 2 }
    run.stop

    expect(run.errors.map { |event| event[:type] }.uniq).to eq(
      %w[assign assigned revoke revoked].map { |name| "callbacks.rebalance.partitions_#{name}.error" }
    )
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 1, 1 => 1 })
  end
end
