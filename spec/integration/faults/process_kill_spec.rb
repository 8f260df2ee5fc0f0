# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "A process that is killed" do
  include Specs::Members

  let(:group) { unique("group") }
  let(:topic) { create_topic("killed", partitions: 2) }

  def fill(count)
    peer.produce(topic, [0, 1].flat_map do |partition|
                          Array.new(count) do |i|
                            { payload: i.to_s, partition: }
                          end
                        end)
  end

  def all(count) = [0, 1].flat_map { |partition| Array.new(count) { |offset| [partition, offset] } }

  it "gets again, after its restart, exactly what it had not committed" do
    fill(100)
    halfway = <<~RUBY
      messages.each do |message|
        say("done", partition, message.offset)
        mark_as_consumed(message)
        next unless message.offset == 49

        say("committed", partition, commit_offsets!)
        $stdin.gets
      end
    RUBY
    app = member(group, topic, consume: halfway, kafka: { "auto.commit.interval.ms" => 600_000 })
    stopped = app.await_line(/^committed (\d) true/)[1].to_i
    app.kill
    again = member(group, topic,
                   consume: 'messages.each { |message| say("done", partition, message.offset) }')
    [0, 1].each { |partition| again.await_line("done #{partition} 99") }
    terminate(again)

    expect((all(100) - done(app, again))).to eq([])
    expect(done(app) & done(again)).to eq([])
    expect(done(app).last).to eq([stopped, 49])
  end

  it "ten times at any moment, with manual marks, loses nothing" do
    count = 4_000
    fill(count)
    work = <<~RUBY
      messages.each do |message|
        say("done", partition, message.offset)
        mark_as_consumed(message)
      end
      commit_offsets(async: true)
    RUBY
    random = Random.new(RSpec.configuration.seed)
    apps = []
    10.times do |round|
      app = member(group, topic, consume: work, route: "manual_offset_management true",
                                 setup: "config.max_messages = 20",
                                 kafka: { "auto.commit.interval.ms" => 50, "session.timeout.ms" => 1_000 })
      apps << app
      done_before = done(*apps).uniq.size
      goal = done_before + random.rand(1..((2 * count / 12) + 1))
      await("progress in round #{round}", within: 40) { done(*apps).uniq.size >= [goal, 2 * count].min }
      app.kill
    end
    last = member(group, topic, consume: work, route: "manual_offset_management true")
    apps << last
    await("the rest", within: 40) { peer.committed(group, topic) == { 0 => count, 1 => count } }
    terminate(last)

    expect(all(count) - done(*apps)).to eq([])
    # Nobody starts behind what was done before.
    apps.each_cons(2) do |before, after|
      seen = done(*apps[0..apps.index(before)])
      done(after).uniq(&:first).each do |partition, offset|
        expect(offset.zero? || seen.include?([partition, offset - 1])).to be(true)
      end
    end
    RSpec.configuration.reporter.message(
      "ten kills: #{done(*apps).size - (2 * count)} of #{2 * count} messages came twice"
    )
  end
end
