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

  describe "of a cooperative group that waits for another one to join again" do
    let(:settings) { protocol(:cooperative).merge("auto.commit.interval.ms" => 60_000) }
    # It learns of the second round with its first heartbeat; until then librdkafka holds commits of the
    # others back.
    let(:late) { { "session.timeout.ms" => 12_000, "heartbeat.interval.ms" => 4_000 } }

    def kept_while_waiting(app)
      [0, 1].each { |partition| app.await_line("done #{partition} 0") }
      other = member(group, topic, kafka: settings.merge(late))
      kept = 1 - app.await_line(/^rebalance revoked (\d)$/)[1].to_i
      fill("2")
      [kept, other]
    end

    it "commits what it has marked" do
      fill("1")
      app = member(group, topic, kafka: settings, consume: "mark_as_consumed(messages.last)\n#{work}")
      kept, other = kept_while_waiting(app)
      app.await_line("done #{kept} 1")
      terminate(app)

      expect(peer.committed(group, topic)).to include(kept => 2)
      expect(app.lines.grep(/^error/)).to eq([])
      terminate(other)
    end

    it "is not told that a partition is lost that it keeps" do
      fill("1")
      committing = 'say("refused") unless messages.all? { |message| mark_as_consumed!(message) }'
      app = member(group, topic, kafka: settings, consume: "#{committing}\n#{work}")
      kept, other = kept_while_waiting(app)
      app.await_line("done #{kept} 1")

      expect(app.lines.grep(/^(refused|error)/)).to eq([])
      expect(peer.committed(group, topic)).to include(kept => 2)
      terminate(app)
      terminate(other)
    end
  end
end
