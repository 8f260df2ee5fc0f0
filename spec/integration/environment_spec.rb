# frozen_string_literal: true

require_relative "spec_helper"

# The tools that other integration specs stand on.
RSpec.describe "The environment of the integration specs" do
  it "creates topics, produces and reads on a real broker, binary payloads and headers included" do
    topic = create_topic("env", partitions: 2)
    places = peer.produce(topic,
                          ["a", nil,
                           { payload: "\xFF\x00".b, key: "k", headers: { "h" => "1" }, partition: 1 }])

    expect(places.last.first).to eq(1)
    read = peer.read(topic, count: 3)
    expect(read.map(&:payload)).to contain_exactly("a", nil, "\xFF\x00".b)
    expect(read.find(&:key)).to have_attributes(key: "k", headers: [%w[h 1]], partition: 1)
  end

  it "commits and reads offsets as a member of a group" do
    topic = create_topic("env")
    group = unique("group")
    peer.produce(topic, %w[a b c])
    peer.join("m", group, topic, settings: { "enable.auto.commit" => false })

    expect(peer.take("m", count: 3).map(&:payload)).to eq(%w[a b c])
    expect(peer.assigned("m")).to eq([[topic, 0]])
    peer.leave("m")
    peer.commit(group, topic, { 0 => 2 })
    expect(peer.committed(group, topic)).to eq({ 0 => 2 })
    expect(peer.watermarks(topic)).to eq([0, 3])
  end

  it "runs an app as a process, waits for its lines, signals it and reads its exit code" do
    app = run_app(<<~RUBY, { "WORD" => "hello" })
      trap("TERM") { puts "bye"; exit 7 }
      puts "\#{ENV["WORD"]} \#{ENV["KAFKA"]}"
      puts "said \#{gets}"
      sleep
    RUBY

    app.await_line("hello #{kafka}")
    app.say("this")
    app.await_line(/said this/)
    app.signal("TERM")
    expect(app.exit_status).to eq(7)
    expect(app.output).to include("bye")
  end

  it "says what an app printed when an awaited line does not come" do
    app = run_app('puts "only this"')

    expect { app.await_line("never") }.to raise_error(/no line like "never" before the end.*only this/m)
  end

  it "starts a cluster of an example's own that can be frozen and killed" do
    cluster = own_kafka
    node = cluster.nodes.first
    node.signal("STOP")
    await("silence") { LocalKafka::Probe.brokers(node.port).zero? }
    node.signal("CONT")
    await("an answer after the freeze") { LocalKafka::Probe.brokers(node.port) == 1 }
    node.signal("KILL")
    await("the end of the broker") { !node.running? }
    cluster.start
    expect(LocalKafka::Probe.brokers(node.port)).to eq(1)
  end
end
