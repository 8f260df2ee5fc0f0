# frozen_string_literal: true

require_relative "../spec_helper"

# KIP-320: a replica that lagged behind becomes the leader, and what only the old one had is gone.
RSpec.describe "A log truncated below its reader" do
  include Specs::Members

  let(:cluster) { own_kafka(brokers: 3, heap: "300m") }
  let(:servers) { cluster.settings.bootstrap_servers }
  let(:client) { peer_of("bootstrap.servers" => servers, "log_level" => 0) }
  let(:group) { unique("group") }
  let(:topic) do
    client.create_topic(unique("truncated"), replicas: [[1, 2]],
                                             settings: { "unclean.leader.election.enable" => "true",
                                                         "min.insync.replicas" => "1" })
  end

  def produce(*payloads) = client.produce(topic, payloads.map { |payload| { payload:, partition: 0 } })

  def stop(id, signal)
    node = cluster.nodes.find { |one| one.id == id }
    node.signal(signal)
    node.await_end
  end

  # Ten messages that both replicas have, ten that only broker 1 has.
  def produce_to_both_and_to_one
    produce(*Array.new(10) { |n| "kept #{n}" })
    stop(2, "TERM")
    produce(*Array.new(10) { |n| "lost #{n}" })
  end

  # Broker 2 leads now, and has other messages where the lost ones were.
  def cut(count = 5)
    stop(1, "KILL")
    cluster.start(only: 2)
    produce(*Array.new(count) { |n| "new #{n}" })
  end

  def reader(before: "")
    member(group, topic, servers:, kafka: { "session.timeout.ms" => 30_000 }, before:, consume: <<~RUBY)
      messages.each do |message|
        say("done", message.offset, message.raw_payload)
        raise "once" if message.raw_payload == ENV["FAIL_AT"] && ENV.delete("FAIL_AT")
      end
    RUBY
  end

  def seen(app) = app.lines.grep(/^done/)
  def lines(kind, offsets) = offsets.each_with_index.map { |offset, n| "done #{offset} #{kind} #{n}" }

  it "is read on where the new leader's log begins to differ, also after a failure there" do
    produce_to_both_and_to_one
    app = reader(before: 'ENV["FAIL_AT"] = "new 2"')
    app.await_line("done 19 lost 9")
    await("the commit") { client.committed(group, topic) == { 0 => 20 } }
    cut
    app.await_line("done 14 new 4", within: 60)
    await("the commit") { client.committed(group, topic) == { 0 => 15 } }
    terminate(app)

    fresh = lines("new", 10..14)
    expect(seen(app)).to eq(lines("kept", 0..9) + lines("lost", 10..19) + fresh.take(3) + fresh)
  end

  # Reads until `line`, commits `offset`, and leaves the group.
  def read_until(line, offset)
    app = reader
    app.await_line(line, within: 60)
    await("the commit") { client.committed(group, topic) == { 0 => offset } }
    terminate(app)
    seen(app)
  end

  it "is read on there by who takes it over, too" do
    produce_to_both_and_to_one
    read_until("done 19 lost 9", 20)
    cut(15)

    expect(read_until("done 24 new 14", 25)).to eq(lines("new", 10..24))
  end

  it "is read on at the committed offset where a new leader has lost nothing" do
    produce(*Array.new(10) { |n| "kept #{n}" })
    read_until("done 9 kept 9", 10)
    stop(1, "TERM")
    produce(*Array.new(5) { |n| "new #{n}" })

    expect(read_until("done 14 new 4", 15)).to eq(lines("new", 10..14))
  end
end
