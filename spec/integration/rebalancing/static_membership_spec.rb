# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "A static member" do
  include Specs::Members

  let(:topic) { create_topic("static", partitions: 2) }
  let(:group) { unique("group") }

  def named(name, protocol)
    settings = protocol(protocol).merge("group.instance.id" => name)
    settings["session.timeout.ms"] = 20_000 if protocol == :eager
    settings
  end

  def fill(payload)
    peer.produce(topic, [0, 1].map { |partition| { payload:, partition: } })
  end

  %i[eager consumer].each do |protocol|
    it "keeps its partitions over a restart, and the others see nothing (#{protocol})" do
      fill("1")
      one = member(group, topic, kafka: named("one", protocol))
      one.await_line(/^rebalance assigned 0,1$/)
      two = member(group, topic, kafka: named("two", protocol))
      place = one.lines.size
      mine = two.await_line(/^rebalance assigned (\d)$/)[1].to_i
      one.await_line(/^rebalance (assigned|revoked) /, after: place)
      fill("2")
      two.await_line(/^batch #{mine} /)
      quiet = two.lines.grep(/^rebalance/).size
      terminate(one)
      again = member(group, topic, kafka: named("one", protocol))
      again.await_line("rebalance assigned #{1 - mine}")
      fill("3")
      again.await_line(/^batch #{1 - mine} /)
      two.await_line(/^batch #{mine} 2 2 /)

      expect(two.lines.grep(/^rebalance/).size).to eq(quiet)
      expect(two.lines.grep(/^error/)).to eq([])
      [again, two].each { |app| terminate(app) }
    end
  end

  it "is told when a second process of its name fences it, and does not fight back at once (eager)" do
    fill("1")
    one = member(group, topic, kafka: named("same", :eager))
    one.await_line(/^batch/)
    two = member(group, topic, kafka: named("same", :eager))
    two.await_line("rebalance assigned 0,1")
    one.await_line(/^error connection.client.poll.error (fatal|fenced_instance_id) /)
    one.await_line("reset")
    fill("2")
    two.await_line(/^batch 0 \d 1 1/)
    two.await_line(/^batch 1 \d 1 1/)

    expect(one.lines.grep(/^error/).map { |line| line.split[1] })
      .to eq(%w[connection.client.poll.error connection.listener.fetch_loop.error])
    expect(two.lines.grep(/^error/)).to eq([])
    [one, two].each { |app| terminate(app) }
  end

  %i[eager consumer].each do |protocol|
    it "goes on after it was killed and started again (#{protocol})" do
      fill("1")
      settings = named("one", protocol)
      one = member(group, topic, kafka: settings)
      [0, 1].each { |partition| one.await_line(/^batch #{partition}/) }
      one.kill
      # With the consumer protocol the broker refuses the name until the old session has ended.
      again = member(group, topic, kafka: settings, setup: "config.internal.connection.reset_backoff = 1_000")
      again.await_line("rebalance assigned 0,1")
      fill("2")
      [0, 1].each { |partition| again.await_line(/^batch #{partition} \d 1 1/) }
      terminate(again)

      expect(again.lines.grep(/^error/).map { |line| line.split[1] }.tally.values.uniq.size).to be <= 1
      expect(again.lines).not_to include("reset") if protocol == :eager
    end
  end

  it "is told that its name is taken, and the first one is left alone (consumer)" do
    fill("1")
    one = member(group, topic, kafka: named("same", :consumer))
    [0, 1].each { |partition| one.await_line(/^batch #{partition}/) }
    two = member(group, topic, kafka: named("same", :consumer))
    two.await_line(/^error connection.client.poll.error (fatal|unreleased_instance_id) /)
    two.await_line("reset")
    fill("2")
    one.await_line(/^batch 0 1 1 1/)
    one.await_line(/^batch 1 1 1 1/)

    expect(one.lines.grep(/^error/)).to eq([])
    expect(two.lines.grep(/^error/).map { |line| line.split[1] })
      .to eq(%w[connection.client.poll.error connection.listener.fetch_loop.error])
    [one, two].each { |app| terminate(app) }
  end
end
