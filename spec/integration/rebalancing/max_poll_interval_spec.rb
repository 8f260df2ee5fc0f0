# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Work longer than max.poll.interval.ms" do
  include Specs::Members

  let(:topic) { create_topic("slow") }
  let(:group) { unique("group") }
  let(:intervals) { { "max.poll.interval.ms" => 2_000 } }

  # The first run works until it has lost its partition; what is marked before stays.
  let(:stall) do
    <<~RUBY
      unless $stalled
        $stalled = true
        say("early", mark_as_consumed(messages.first), revoked?)
        deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 20
        sleep(0.05) until revoked? || Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
        say("lost", revoked?, mark_as_consumed(messages.last), mark_as_consumed!(messages.last), commit_offsets!)
        ENDING
      end
    RUBY
  end

  it "is not what workers do that keep Ruby's lock busy: nobody is evicted" do
    topic = create_topic("busy", partitions: 4)
    peer.produce(topic, (0..3).flat_map { |partition| Array.new(60) { { payload: "x", partition: } } })
    work = <<~RUBY
      deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 0.3
      nil while Process.clock_gettime(Process::CLOCK_MONOTONIC) < deadline
      say("done", partition, messages.last.offset)
    RUBY
    app = member(group, topic, consume: work, setup: "config.max_messages = 40; config.concurrency = 4",
                               kafka: { "session.timeout.ms" => 1_500, "max.poll.interval.ms" => 3_000 })
    4.times { |partition| app.await_line("done #{partition} 59") }
    terminate(app)
    expect(app.lines.grep(/^(rebalance assign |error)/)).to eq(["rebalance assign 0,1,2,3"])
  end

  %i[eager cooperative consumer].each do |protocol|
    it "loses the partition, tells it once, and rejoins by itself (#{protocol})" do
      peer.produce(topic, %w[a b c])
      quick = protocol == :consumer ? {} : { "session.timeout.ms" => 2_000 }
      app = member(group, topic, consume: stall.sub("ENDING", ""),
                                 kafka: protocol(protocol).merge(intervals, quick))
      app.await_line("early true false")
      app.await_line("lost true false false false")
      app.await_line(/^rebalance revoked 0/)
      app.await_line(/^revoked 0 \h+ true false/)
      # The first mark was stored, but may not have been committed when the partition went.
      app.await_line(/^batch 0 [01] 2 1 /, after: app.lines.index { |line| line.start_with?("lost") })
      await("the commit") { peer.committed(group, topic) == { 0 => 3 } }
      terminate(app)

      expect(app.lines.grep(/^error/).size).to eq(1), app.output
      expect(app.lines.grep(/^error connection.client.poll.error max_poll_exceeded/).size).to eq(1)
      expect(app.lines).not_to include("reset")
      expect(app.lines.grep(/^initialized/).uniq.size).to eq(2)
    end
  end

  it "only tells an exception that ends such a run: no pause, no retry" do
    peer.produce(topic, %w[a b c])
    more = %w[client.pause consumer.consuming.retry].map do |event|
      "Karafka.monitor.subscribe(#{event.inspect}) { say(#{event.inspect}) }"
    end
    app = member(group, topic, consume: stall.sub("ENDING", 'raise "too late"'), more: more.join("\n"),
                               kafka: intervals.merge("session.timeout.ms" => 2_000))
    app.await_line("error consumer.consume.error - RuntimeError too late")
    app.await_line(/^batch 0 [01] 2 1 /, after: app.lines.index { |line| line.start_with?("error consumer") })
    terminate(app)

    expect(app.lines & %w[client.pause consumer.consuming.retry]).to eq([])
  end
end
