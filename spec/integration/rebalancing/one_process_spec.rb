# frozen_string_literal: true

require_relative "../spec_helper"

# Two connections of one process and one group: the second one reads the topic by a pattern.
RSpec.describe "A partition that moves to another connection of its process", :fresh_app do
  let(:topic) { create_topic(partitions: 2) }
  let(:begun) { Queue.new }
  let(:go_on) { Queue.new }
  let(:ended) { Queue.new }
  # Kept below those of the process: assignors go by them.
  let(:first_of_all) { { "client.id" => "a" } }

  # @return [Specs::Run] in which each connection has one partition
  def two_connections(long_running: true, **kafka)
    klass = consumer
    name = topic
    config = { internal: { tick_interval: 1_000 }, concurrency: 4 }
    run = serve(config:, kafka: { "heartbeat.interval.ms": 500, **kafka }) do
      { "named" => -> { topic(name) { [consumer(klass), long_running_job(long_running)] } },
        "matched" => -> { pattern(/#{name}/) { [consumer(klass), long_running_job(long_running)] } } }
        .each { |group, routes| subscription_group(group) { instance_exec(&routes) } }
    end
    run.await("one partition each") { owners(run).values.uniq.size == 2 && owners(run).size == 2 }
    run
  end

  # The consumer tells which connection it works for.
  def consumer
    begun = self.begun
    go_on = self.go_on
    ended = self.ended
    Class.new(Karafka::BaseConsumer) do
      define_method(:consume) do
        begun << [client.subscription_group.name, offsets = messages.map(&:offset)]
        go_on.pop
        ended << [client.subscription_group.name, offsets, revoked?, mark_as_consumed(messages.last)]
      end
    end
  end

  # @return [Hash{Integer => String}] subscription group by partition
  def owners(run)
    run.events.each_with_object({}) do |event, owners|
      next unless event.name.match?(/\Arebalance.partitions_(?:assigned|revoked)\z/)

      group = event[:subscription_group].name
      event[:tpl].to_h.values.flatten.map(&:partition).each do |partition|
        owners[partition] = group if event.name.end_with?("assigned")
        owners.delete(partition) if event.name.end_with?("revoked") && owners[partition] == group
      end
    end
  end

  # The newcomer has the message and was told to let it rest.
  def await_hold(run, newcomer)
    run.await("the newcomer to hold its partition") do
      run.events("client.pause").any? do |pause|
        [pause[:subscription_group].name, pause[:partition], pause[:offset]] == [newcomer, 1, 0]
      end
    end
  end

  # @return [Array(Specs::Run, String, String)] the run, the former owner, which is at work, and the newcomer
  def moved(**settings)
    run = two_connections(**settings)
    former = owners(run)[1]
    peer.produce(topic, [{ payload: "0", partition: 1 }])
    expect(begun.pop).to eq([former, [0]])
    yield(former)
    newcomer = (%w[named matched] - [former]).first
    run.await("the move") { owners(run)[1] == newcomer }
    await_hold(run, newcomer)
    expect(begun).to be_empty
    [run, former, newcomer]
  end

  # @return [Queue] the fetch loop fails once for each thing in it
  def fail_on_demand
    fails = Queue.new
    before_start do
      Karafka.monitor.subscribe("connection.listener.fetch_loop") { raise fails.pop.to_s unless fails.empty? }
    end
    fails
  end

  # The former job ends without the partition; then the newcomer's first one is let go.
  def expect_handed_over(former, newcomer)
    2.times { go_on << true }
    expect([ended.pop, begun.pop, ended.pop])
      .to eq([[former, [0], true, false], [newcomer, [0]], [newcomer, [0], false, true]])
    await("the commit") { peer.committed(spec_group, topic)[1] == 1 }
  end

  it "waits there for the long-running job of the old one, whose marks answer false" do
    run, former, newcomer = moved { peer.join("first", spec_group, topic, settings: first_of_all) }
    expect_handed_over(former, newcomer)
    run.stop
    peer.leave("first")
  end

  it "waits for a job that blocked its connection until the group took the partition away" do
    stalled = []
    rejoin = Queue.new
    before_start do
      Karafka.monitor.subscribe("connection.listener.fetch_loop") do |event|
        # It would join again, and the partition might move once more.
        rejoin.pop if stalled.include?(event[:subscription_group].name)
      end
    end
    quick = { "max.poll.interval.ms": 3_000, "session.timeout.ms": 3_000 }
    run, former, newcomer = moved(long_running: false, **quick) { |former| stalled << former }
    expect_handed_over(former, newcomer)
    stalled.clear
    rejoin << true
    run.stop
  end

  it "waits on a connection that begins anew after an error, too" do
    fails = fail_on_demand
    klass = consumer
    name = topic
    run = serve(config: { internal: { tick_interval: 1_000, connection: { reset_backoff: 1_000 } } }) do
      subscription_group("named") { topic(name) { [consumer(klass), long_running_job(true)] } }
    end
    peer.produce(topic, [{ payload: "0", partition: 1 }])
    expect(begun.pop).to eq(["named", [0]])
    fails << true
    run.await_event("client.reset")
    await_hold(run, "named")
    expect(begun).to be_empty
    expect_handed_over("named", "named")
    run.stop
  end

  it "keeps neither a stop nor its work waiting for more than the job" do
    run, former, newcomer = moved { peer.join("first", spec_group, topic, settings: first_of_all) }
    stopping = Thread.new { run.stop }
    run.await_event("app.stopping")
    go_on << true
    stopping.join

    expect(ended.pop).to eq([former, [0], true, false])
    expect([begun.size, ended.size]).to eq([0, 0])
    expect(run.events("consumer.shutdown").map { |event| event[:caller].client.subscription_group.name })
      .not_to include(newcomer)
    expect(peer.committed(spec_group, topic)).to eq({})
    peer.leave("first")
  end
end
