# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "A million messages" do
  include Specs::Members

  it "arrive each once, in order and with the bytes that were written" do
    topic = create_topic("million", partitions: 4)
    group = unique("group")
    peer.flood(topic, count: 1_000_000, size: 50)
    check = <<~RUBY
      expected = next_of[partition]
      messages.each do |message|
        say("wrong", partition, message.offset, expected) unless message.offset == expected
        say("bytes", partition, message.offset) unless message.raw_payload.to_i == message.offset
        expected += 1
      end
      next_of[partition] = expected
      say("all", partition) if expected == 250_000
    RUBY
    app = member(group, topic, consume: check, methods: "def next_of = (@@next_of ||= Hash.new(0))",
                               setup: "config.max_messages = 1_000")
    started = Specs.now
    4.times { |partition| app.await_line("all #{partition}", within: 60) }
    took = Specs.now - started
    terminate(app)
    RSpec.configuration.reporter.message("a million messages checked in #{took.round(1)} s")

    expect(app.lines.grep(/^(wrong|bytes|error)/)).to eq([])
    expect(peer.committed(group, topic)).to eq((0..3).to_h { |partition| [partition, 250_000] })
  end
end
