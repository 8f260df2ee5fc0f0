# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Records deleted below the committed offset" do
  include Specs::Members

  let(:group) { unique("group") }
  let(:topic) { create_topic("deleted", partitions: 2) }
  let(:log) { 'config.logger = Logger.new($stdout, formatter: ->(*, text) { ["log ", text, 10.chr].join })' }

  before do
    peer.produce(topic, [0, 1].flat_map do |partition|
                          Array.new(100) do |i|
                            { payload: i.to_s, partition: }
                          end
                        end)
    peer.commit(group, topic, { 0 => 10, 1 => 10 })
    peer.delete_records(topic, 0, 50)
  end

  it "stop the partition and are told when auto.offset.reset is error; the others go on" do
    app = member(group, topic, kafka: { "auto.offset.reset" => "error" })
    app.await_line(/^error connection.client.poll.error auto_offset_reset .*#{topic}.0/)
    app.await_line(/^batch 1 10 99 1/)
    peer.produce(topic, [0, 1].map { |partition| { payload: "new", partition: } })
    app.await_line(/^batch 1 100 100 1/)
    terminate(app)

    expect(app.lines.grep(/^batch 0/)).to eq([])
    expect(app.lines.grep(/^error/).uniq.size).to eq(1)
    expect(app.lines).not_to include("reset")
    expect(peer.committed(group, topic)).to eq({ 0 => 10, 1 => 101 })
  end

  it "are passed over, and the log tells it, when auto.offset.reset is earliest" do
    app = member(group, topic, setup: log, kafka: { "auto.offset.reset" => "earliest" })
    app.await_line(/^batch 0 50 99 1/)
    app.await_line(/^log .*#{topic}.*0.*(reset|out of range)/i)
    terminate(app)

    expect(app.lines.grep(/^error/)).to eq([])
    expect(peer.committed(group, topic)).to eq({ 0 => 100, 1 => 100 })
  end

  it "are passed over when they go while the member is behind" do
    wait = "if messages.first.offset == 10 && partition == 1\nsay('waiting')\n$stdin.gets\nend"
    app = member(group, topic, consume: wait, setup: "config.max_messages = 10",
                               kafka: { "queued.min.messages" => 1, "fetch.message.max.bytes" => 100,
                                        "max.partition.fetch.bytes" => 100 })
    app.await_line("waiting")
    peer.delete_records(topic, 1, 90)
    app.say("go on")
    app.await_line(/^batch 1 90 \d+ 1/)
    await("the commit") { peer.committed(group, topic) == { 0 => 100, 1 => 100 } }
    terminate(app)
    expect(app.lines.grep(/^error/)).to eq([])
  end
end
