# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "A member that cannot have what it wants" do
  include Specs::Members

  let(:group) { unique("group") }

  it "waits for a broker that cannot be reached at boot, says so, and stops when told" do
    nobody = "127.0.0.1:1"
    app = member(group, "orders", servers: nobody)
    app.await_line(/^error librdkafka.error (transport|all_brokers_down)/)
    started = Specs.now
    terminate(app)
    expect(Specs.now - started).to be < 10
    expect(app.lines.grep(/fetch_loop.error|runner/)).to eq([])
  end

  it "begins to work once the broker that it waited for is there" do
    port = LocalKafka::Ports.free
    app = member(group, topic = unique("late"), servers: "127.0.0.1:#{port}")
    app.await_line(/^error librdkafka.error/)
    own_kafka(port:, heap: "400m")
    client = peer_of("bootstrap.servers" => "127.0.0.1:#{port}")
    client.create_topic(topic)
    client.produce(topic, %w[a])
    app.await_line(/^batch 0 0 0 1/, within: 60)
    terminate(app)
  end

  it "tells what the group's coordinator refuses, again and again but not in a flood" do
    app = member(group, create_topic("refused"),
                 kafka: { "session.timeout.ms" => 500, "heartbeat.interval.ms" => 100 })
    refused = /^error connection.client.poll.error invalid_session_timeout /
    app.await_line(refused)
    started = Specs.now
    await("another word") { app.lines.grep(refused).size > 1 || Specs.now - started > 10 }
    terminate(app)
    expect(app.lines.grep(/^error/).size).to be < 20
    expect(app.lines.size).to be < 30
  end

  it "treats a missing topic as an empty one while it may be created, and stops when told" do
    topic = unique("missing")
    app = member(group, topic,
                 kafka: { "allow.auto.create.topics" => true, "topic.metadata.refresh.interval.ms" => 500 })
    # Producing is what creates it.
    app.await_line("running")
    peer.produce(topic, %w[a])
    app.await_line(/^batch 0 0 0 1/)
    terminate(app)
    expect(app.lines.grep(/^error/)).to eq([])
  end

  it "reads a missing topic as soon as somebody has created it" do
    topic = unique("missing")
    app = member(group, topic, kafka: { "topic.metadata.refresh.interval.ms" => 500 })
    app.await_line(/^error connection.client.poll.error unknown_topic_or_part .*#{topic}/)
    peer.create_topic(topic)
    peer.produce(topic, %w[a])
    app.await_line(/^batch 0 0 0 1/)
    terminate(app)
  end

  it "tells a missing topic, and stops when told while it is missing" do
    app = member(group, topic = unique("missing"))
    app.await_line(/^error connection.client.poll.error unknown_topic_or_part .*#{topic}/)
    started = Specs.now
    terminate(app)
    expect(Specs.now - started).to be < 10
    expect(app.lines).not_to include("reset")
  end

  %i[eager cooperative consumer].each do |protocol|
    it "reads partitions that are added while it works (#{protocol})" do
      topic = create_topic("growing")
      peer.produce(topic, %w[a])
      app = member(group, topic, kafka: protocol(protocol).merge("topic.metadata.refresh.interval.ms" => 500))
      app.await_line(/^batch 0 0 0 1/)
      peer.grow_topic(topic, 2)
      app.await_line(/^rebalance assigned (0,)?1$/)
      # A client that does not remember one partition.
      peer_of("bootstrap.servers" => kafka).produce(topic, [0, 1].map do |partition|
                                                             { payload: "b", partition: }
                                                           end)
      app.await_line(/^batch 1 0 0 1/)
      app.await_line(/^batch 0 1 1 1/)
      terminate(app)
      expect(app.lines.grep(/^error/)).to eq([])
    end
  end

  it "goes on with its other partitions when a topic is deleted beneath it, and tells it" do
    kept = create_topic("kept")
    gone = create_topic("gone")
    [kept, gone].each { |topic| peer.produce(topic, %w[a]) }
    both = "consumer Member\nend\n\ntopic(ENV.fetch('GONE')) do\nconsumer Member"
    app = member(group, kept, route: both, env: { "GONE" => gone },
                              consume: 'say("read", topic.name, messages.last.offset)',
                              kafka: { "topic.metadata.refresh.interval.ms" => 500 })
    [kept, gone].each { |topic| app.await_line("read #{topic} 0") }
    peer.delete_topic(gone)
    app.await_line(/^error connection.client.poll.error unknown_(topic_or_part|topic|partition) .*#{gone}/)
    peer.produce(kept, %w[b])
    app.await_line("read #{kept} 1")
    peer.create_topic(gone)
    peer.produce(gone, %w[a b])
    app.await_line(/^read #{gone} [01]/, after: app.lines.size - 1)
    terminate(app)
    expect(app.lines).not_to include("reset")
  end
end
