# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "A rebalance storm" do
  include Specs::Members

  let(:topic) { create_topic("storm", partitions: 4) }
  let(:group) { unique("group") }
  let(:work) do
    <<~RUBY
      messages.each do |message|
        say("done", partition, message.offset) if mark_as_consumed(message)
      end
    RUBY
  end

  # Produces 100 messages a partition and round until told to stop.
  def stream(stop)
    count = 0
    client = peer_of("bootstrap.servers" => kafka)
    Thread.new do
      until stop.closed?
        client.produce(topic, Array.new(4) do |partition|
                                Array.new(100) do
                                  { payload: "x", partition: }
                                end
                              end.flatten)
        count += 100
        # As fast as the slowest machine that runs this can check.
        IO.select(nil, nil, nil, 0.02)
      end
      count
    end
  end

  def join_and_leave(settings)
    app = member(group, topic, consume: work, kafka: settings)
    app.await_line(/^done/, within: 60)
    app
  end

  it "in which processes are killed loses nothing" do
    stop = Queue.new
    producing = stream(stop)
    settings = { "auto.commit.interval.ms" => 200 }
    apps = [join_and_leave(settings)]
    2.times do
      apps << join_and_leave(settings)
      apps.last.kill
    end
    stop.close
    count = producing.value
    await("all commits", within: 60) do
      peer.committed(group, topic) == (0..3).to_h { |partition| [partition, count] }
    end
    terminate(apps.first)
    expected = Array.new(4) { |partition| Array.new(count) { |offset| [partition, offset] } }.flatten(1)
    RSpec.configuration.reporter.message("two kills: #{done(*apps).size - expected.size} came twice")
    expect(expected - done(*apps)).to eq([])
  end

  %i[eager cooperative consumer].each do |protocol|
    it "of three processes loses nothing, and each partition is worked on in order (#{protocol})" do
      settings = protocol(protocol)
      stop = Queue.new
      producing = stream(stop)
      apps = [join_and_leave(settings)]
      3.times do
        pair = Array.new(2) { Thread.new { join_and_leave(settings) } }.map(&:value)
        apps.concat(pair)
        pair.map { |app| Thread.new { terminate(app) } }.each(&:value)
      end
      stop.close
      count = producing.value
      expected = Array.new(4) { |partition| Array.new(count) { |offset| [partition, offset] } }.flatten(1)
      await("all messages", within: 60) { (expected - done(*apps)).empty? }
      terminate(apps.first)

      apps.each do |app|
        app.lines.slice_when { |line, _| line.start_with?("rebalance") }.each do |quiet|
          done = quiet.grep(/^done/).map { |line| line.split.drop(1).map(&:to_i) }
          done.group_by(&:first).each_value { |offsets| expect(offsets).to eq(offsets.sort.uniq) }
        end
        expect(app.lines.grep(/^error (?!connection.client.poll.error|librdkafka.error)/)).to eq([])
        expect(app.lines).not_to include("reset")
      end
      expect(peer.committed(group, topic)).to eq((0..3).to_h { |partition| [partition, count] })
      doubled = done(*apps).size - expected.size
      RSpec.configuration.reporter.message("#{protocol}: #{expected.size} messages, #{doubled} came twice")
      expect(doubled).to be <= expected.size / 10
    end
  end
end
