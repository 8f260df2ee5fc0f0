# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "A member that stops" do
  include Specs::Members

  let(:topic) { create_topic("stopping", partitions: 2) }
  let(:group) { unique("group") }
  let(:work) { 'messages.each { |message| say("done", partition, message.offset) }' }

  def fill(payload)
    peer.produce(topic, [0, 1].map { |partition| { payload:, partition: } })
  end

  %i[eager cooperative consumer].each do |protocol|
    it "stays in the group while it is quiet, for longer than max.poll.interval.ms (#{protocol})" do
      fill("1")
      quick = { "max.poll.interval.ms" => 1_500 }
      quick["session.timeout.ms"] = 1_500 unless protocol == :consumer
      kafka = protocol(protocol).merge(quick)
      app = member(group, topic, kafka:, consume: work,
                                 more: "Karafka.monitor.subscribe('app.quiet') { say('quiet') }")
      [0, 1].each { |partition| app.await_line("done #{partition} 0") }
      app.signal("TSTP")
      app.await_line("quiet")
      place = app.lines.size
      fill("2")
      # Other members measure the time: the interval has passed twice once they have joined and left.
      started = Specs.now
      other = member(unique("clock"), topic, consume: work)
      other.await_line(/^done/)
      await("twice the interval") { Specs.now - started > 3.5 }
      terminate(other)

      expect(app.lines.drop(place)).to eq([])
      terminate(app)
      expect(app.lines.grep(/^shutdown/).size).to eq(2)
      expect(app.lines.grep(/^error/)).to eq([])
      expect(peer.committed(group, topic)).to eq({ 0 => 1, 1 => 1 })
    end

    it "loses nothing when another one joins while its last batch is at work (#{protocol})" do
      fill("1")
      slow = <<~RUBY
        say("working", partition)
        $stdin.gets
        say("owned", partition, !revoked?, mark_as_consumed(messages.last))
        #{work}
      RUBY
      kafka = protocol(protocol)
      app = member(group, topic, kafka:, consume: slow, setup: "config.concurrency = 1")
      partition = app.await_line(/^working (\d)/)[1].to_i
      app.signal("TERM")
      other = member(group, topic, kafka:, consume: work)
      # It waits for its share, as the group does for whoever is at work.
      other.await_line("running")
      fill("2")
      2.times { app.say("go on") }
      app.await_line(/^owned #{partition} (true true|false false)/)
      expect(app.exit_status).to eq(0), app.output
      [0, 1].each { |number| other.await_line("done #{number} 1") }
      terminate(other)

      # What was marked as ours came once; what was lost came again.
      twice = done(app, other).tally.select { |_, times| times > 1 }.keys
      lost = app.lines.grep(/^owned \d false/).map { |line| [line.split[1].to_i, 0] }
      expect(twice - lost).to eq([])
      expect(done(app, other).uniq.sort).to eq([[0, 0], [0, 1], [1, 0], [1, 1]])
      expect(app.lines.grep(/^error/)).to eq([])
      expect(peer.committed(group, topic)).to eq({ 0 => 2, 1 => 2 })
    end
  end
end
