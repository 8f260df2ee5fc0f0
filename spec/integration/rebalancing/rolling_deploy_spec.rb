# frozen_string_literal: true

require_relative "../spec_helper"

# One process after the other is replaced by ours, and back: the other client shares group and offsets.
RSpec.describe "A group of members of two clients" do
  include Specs::Members

  let(:topic) { create_topic("deploy", partitions: 4) }
  let(:group) { unique("group") }
  let(:work) { 'messages.each { |message| say("done", partition, message.offset) }' }

  def fill(count)
    peer.produce(topic, (0..3).flat_map { |partition| Array.new(count) { { payload: "x", partition: } } })
  end

  # What the other client reads from now on, until the block is through.
  def taking(name)
    taken = []
    stop = false
    reading = Thread.new { taken.concat(@other.take(name, count: 100, within: 0.2)) until stop }
    yield(taken)
    stop = true
    reading.value
    taken.map { |message| [message.partition, message.offset] }
  ensure
    stop = true
    reading.join
  end

  { eager: { "partition.assignment.strategy" => "range,roundrobin", "session.timeout.ms" => 6_000 },
    cooperative: { "partition.assignment.strategy" => "cooperative-sticky", "session.timeout.ms" => 6_000 },
    consumer: { "group.protocol" => "consumer" } }.each do |protocol, settings|
    it "hands partitions and offsets over in both directions (#{protocol})" do
      @other = peer_of("bootstrap.servers" => kafka)
      fill(50)
      @other.join("old", group, topic, settings: settings.merge("auto.commit.interval.ms" => 200))
      app = nil
      others = taking("old") do |taken|
        await("the other's first messages") { taken.size == 200 }
        app = member(group, topic, consume: work, kafka: protocol(protocol).merge(settings))
        await("a share of the partitions") { app.lines.grep(/^rebalance assigned \d/).any? }
        fill(50)
        await("the second messages") { (taken.size + done(app).size) >= 400 }
      end
      @other.leave("old")
      fill(50)
      await("the third messages") { done(app).size + others.size >= 600 }
      ours = done(app)
      terminate(app)
      @other.join("new", group, topic, settings:)
      fill(50)
      others += taking("new") { |taken| await("the last messages") { taken.size >= 200 } }
      @other.leave("new")

      expect((ours + others).tally.values.uniq).to eq([1])
      expect((ours + others).sort).to eq((0..3).flat_map do |partition|
                                           Array.new(200) do |i|
                                             [partition, i]
                                           end
                                         end)
      expect(ours.size).to be_between(200, 400)
      expect(app.lines.grep(/^error/)).to eq([])
    end
  end
end
