# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "A log with a corrupt batch" do
  include Specs::Members

  let(:cluster) { own_kafka(heap: "400m") }
  let(:servers) { cluster.settings.bootstrap_servers }
  let(:client) { peer_of("bootstrap.servers" => servers, "log_level" => 0) }
  let(:topic) { client.create_topic(unique("corrupt"), partitions: 2) }
  let(:group) { unique("group") }

  def reader
    member(group, topic, servers:, kafka: { "check.crcs" => true },
                         consume: 'messages.each { |message| say("done", partition, message.offset) }')
  end

  # Changes one byte in the log of partition 0 while the broker is down.
  def corrupt(payload)
    node = cluster.nodes.first
    node.signal("TERM")
    node.await_end
    log = Dir[File.join(node.folder, "**", "#{topic}-0", "*.log")].first
    bytes = File.binread(log)
    bytes.setbyte(bytes.index(payload), bytes.getbyte(bytes.index(payload)) ^ 1)
    File.binwrite(log, bytes)
    cluster.start
  end

  it "stops its own partition in front of the batch, says where, and lets an operator step over it" do
    3.times { |n| client.produce(topic, [0, 1].map { |partition| { payload: "batch #{n}", partition: } }) }
    corrupt("batch 1")
    app = reader
    told = app.await_line(%r{^error connection.client.poll.error bad_msg .* #{topic}/0: (.+)})
    app.await_line("done 0 0")
    app.await_line("done 1 2")
    terminate(app)
    expect(told[1]).to include("offset 1 ").and include("CRC32C")
    expect(done(app)).to contain_exactly([0, 0], [1, 0], [1, 1], [1, 2])
    expect(client.committed(group, topic)).to eq({ 0 => 1, 1 => 3 })

    client.commit(group, topic, { 0 => 2 })
    again = reader
    again.await_line("done 0 2")
    terminate(again)
    expect(done(again)).to eq([[0, 2]])
  end
end
