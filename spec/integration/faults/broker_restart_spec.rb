# frozen_string_literal: true

require_relative "../spec_helper"

# A broker of the examples' own, killed, frozen and restarted while members work.
RSpec.describe "A broker that fails" do
  include Specs::Members

  let(:group) { unique("group") }
  let(:cluster) { @cluster }
  let(:servers) { cluster.settings.bootstrap_servers }
  let(:node) { cluster.nodes.first }
  let(:client) { peer_of("bootstrap.servers" => servers, "log_level" => 0) }
  let(:topic) { client.create_topic(unique("fault"), partitions: 2) }
  let(:work) { 'messages.each { |message| say("done", partition, message.offset) }' }

  before(:context) { @cluster = Specs::Kafka.start(heap: "400m") }
  after(:context) { Specs::Kafka.discard(@cluster) }
  before { cluster.start }

  def fill(count)
    client.produce(topic, [0, 1].flat_map do |partition|
                            Array.new(count) do |i|
                              { payload: i.to_s, partition: }
                            end
                          end)
  end

  def all(count) = [0, 1].flat_map { |partition| Array.new(count) { |offset| [partition, offset] } }

  # Everything done, each partition in order, and nothing reset.
  def expect_whole(app, count)
    await("all #{count} messages", within: 60) { (all(count) - done(app)).empty? }
    fresh = done(app).uniq
    [0, 1].each do |partition|
      offsets = fresh.filter_map { |one, offset| offset if one == partition }
      expect(offsets).to eq(offsets.sort)
    end
    expect(app.lines).not_to include("reset")
  end

  it "is killed under load and comes back: nothing is lost, no client is reset" do
    fill(20_000)
    app = member(group, topic, consume: work, servers:, kafka: { "fetch.message.max.bytes" => 20_000 })
    app.await_line("done 0 1000")
    node.signal("KILL")
    await("the end of the broker") { !node.running? }
    app.await_line(/^error librdkafka.error (transport|all_brokers_down)/)
    cluster.start
    fill(100)
    expect_whole(app, 20_100)
    terminate(app)

    expect(client.committed(group, topic)).to eq({ 0 => 20_100, 1 => 20_100 })
    doubled = done(app).size - done(app).uniq.size
    RSpec.configuration.reporter.message("killed under load: #{doubled} of 40200 came twice")
  end

  it "freezes for longer than the session timeout: work goes on where it was" do
    fill(100)
    app = member(group, topic, consume: work, servers:)
    [0, 1].each { |partition| app.await_line("done #{partition} 99") }
    await("the commit") do
      client.committed(group, topic) == { 0 => 100, 1 => 100 }
    end
    node.signal("STOP")
    app.await_line("rebalance revoked 0,1")
    node.signal("CONT")
    fill(100)
    expect_whole(app, 200)
    terminate(app)

    expect(done(app).size).to eq(400)
    expect(client.committed(group, topic)).to eq({ 0 => 200, 1 => 200 })
  end

  # The reader of the failed partition must go back although the broker cannot answer.
  it "is gone while a run fails: the retry starts at the failed message all the same" do
    fill(100)
    fail_once = <<~RUBY
      messages.each do |message|
        if partition.zero? && message.offset == 50 && attempt == 1
          say("waiting")
          $stdin.gets
          raise "failed"
        end
        say("done", partition, message.offset)
        mark_as_consumed(message)
      end
    RUBY
    app = member(group, topic, consume: fail_once, servers:, kafka: { "session.timeout.ms" => 60_000 })
    app.await_line("waiting")
    node.signal("KILL")
    await("the end of the broker") { !node.running? }
    app.await_line(/^error librdkafka.error (transport|all_brokers_down)/)
    app.say("go on")
    app.await_line("error consumer.consume.error - RuntimeError failed")
    cluster.start
    app.await_line(/^batch 0 50 \d+ 2 /, within: 60)
    expect_whole(app, 100)
    terminate(app)
    expect(client.committed(group, topic)).to eq({ 0 => 100, 1 => 100 })
  end

  it "is frozen when the process is told to stop: the process ends in time" do
    fill(10)
    app = member(group, topic, consume: work, servers:, kafka: { "auto.commit.interval.ms" => 600_000 })
    [0, 1].each { |partition| app.await_line("done #{partition} 9") }
    node.signal("STOP")
    terminate(app, within: 14)
    node.signal("CONT")
    expect(app.lines.grep(/^shutdown/).size).to eq(2)
  end

  it "is gone when the process is told to stop: the process ends in time" do
    fill(10)
    app = member(group, topic, consume: work, servers:, kafka: { "auto.commit.interval.ms" => 600_000 })
    [0, 1].each { |partition| app.await_line("done #{partition} 9") }
    node.signal("KILL")
    await("the end of the broker") { !node.running? }
    app.await_line(/^error librdkafka.error (transport|all_brokers_down)/)
    terminate(app)
    expect(app.lines.grep(/^shutdown/).size).to eq(2)
  end
end
