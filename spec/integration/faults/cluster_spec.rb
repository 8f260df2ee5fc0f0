# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "A cluster of three brokers" do
  include Specs::Members

  it "is restarted broker by broker, one of them killed, under load: nothing is lost, nothing reset" do
    cluster = own_kafka(brokers: 3, heap: "300m")
    servers = cluster.settings.bootstrap_servers
    client = peer_of("bootstrap.servers" => servers, "log_level" => 0, "enable.idempotence" => true)
    topic = client.create_topic(unique("rolling"), partitions: 3, replication: 3)
    group = unique("group")
    app = member(group, topic, servers:, kafka: { "session.timeout.ms" => 30_000 },
                               consume: 'messages.each { |message| say("done", partition, message.offset) }')
    app.await_line(/^rebalance assigned 0,1,2/)
    count = 0
    producing = true
    load = Thread.new do
      while producing
        client.produce(topic, (0..2).flat_map { |partition| Array.new(50) { { payload: "x", partition: } } })
        count += 50
      end
    end
    cluster.nodes.each_with_index do |node, index|
      # The second one dies.
      index == 1 ? node.signal("KILL") : cluster.stop(only: node.id)
      node.await_end
      cluster.start(only: node.id)
    end
    producing = false
    load.value
    expected = (0..2).flat_map { |partition| Array.new(count) { |offset| [partition, offset] } }
    await("all messages", within: 60) { (expected - done(app)).empty? }
    terminate(app)

    RSpec.configuration.reporter.message("rolling restart: #{expected.size} messages, " \
                                         "#{done(app).size - expected.size} came twice")
    expect(app.lines).not_to include("reset")
    expect(app.lines.grep(/^error (?!librdkafka.error|connection.client.poll.error)/)).to eq([])
    expect(client.committed(group, topic)).to eq((0..2).to_h { |partition| [partition, count] })
  end
end
