# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Lanes under faults", :fresh_app do
  let(:topic) { create_topic }

  # Marks each message in its lane and says so; keys are numbers from 0 to 4.
  script = <<~'RUBY'
    require "karafka"
    def say(text) = $stdout.syswrite("#{text}\n")

    class LanesConsumer < Karafka::BaseConsumer
      def consume
        messages.each do |message|
          # The lane that meets it first waits for a line, or for the end; others go on.
          $stdin.gets if message.offset.to_s == ENV["WAIT_AT"] && ENV.delete("WAIT_AT")
          say("done #{message.offset}") if mark_as_consumed(message)
        end
      end
    end

    class App < Karafka::App
      setup do |config|
        config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA"), "session.timeout.ms": 6_000,
                         "auto.commit.interval.ms": 100 }
        config.group_id = ENV.fetch("GROUP")
        config.max_wait_time = 200
        config.concurrency = 5
        config.logger = Logger.new(nil)
      end

      routes.draw do
        topic(ENV.fetch("TOPIC")) do
          consumer LanesConsumer
          virtual_partitions(partitioner: Karafka::Native::Partitioners::Key.new, max_partitions: 5)
          # Polling goes on, so that a rebalance may come in the middle of a run.
          long_running_job(true)
        end
      end
    end
    Karafka.monitor.subscribe("app.running") { say "running" }
    Karafka.monitor.subscribe("rebalance.partitions_assigned") { |event| say "assigned #{event[:tpl].count}" }
    Karafka::Server.run
  RUBY

  let(:app_script) { script }

  # @param wait_at [Integer, nil] offset at which its lane stops
  def member(wait_at: nil)
    run_app(app_script, { "TOPIC" => topic, "GROUP" => spec_group, "WAIT_AT" => wait_at&.to_s }.compact)
  end

  def done(app) = app.lines.filter_map { |line| line[/\Adone (\d+)/, 1]&.to_i }

  def fill(count)
    peer.produce(topic, Array.new(count) { |n| { payload: n.to_s, key: (n % 5).to_s } })
  end

  # What is committed must have been done: nobody would come back for it.
  def expect_no_lead(*apps)
    committed = peer.committed(spec_group, topic).fetch(0, 0)
    finished = apps.flat_map { |app| done(app) }
    expect([*0...committed] - finished).to be_empty
  end

  it "lose nothing when the process is killed in the middle of a run, again and again" do
    fill(500)
    apps = []
    [42, 143, 244, 345].each do |wait_at|
      apps << member(wait_at:)
      # The other lanes of that run end what they have.
      batch_end = ((wait_at / 100) * 100) + 90
      apps.last.await_line(/^done (?:#{[*batch_end..batch_end + 9].join("|")})$/)
      apps.last.kill
      expect_no_lead(*apps)
    end
    last = member
    last.await_line("done 499")
    await("the rest") { (apps + [last]).flat_map { |app| done(app) }.uniq.size == 500 }
    last.signal("TERM")
    expect(last.exit_status(within: 60)).to eq(0), last.output

    expect(peer.committed(spec_group, topic)).to eq({ 0 => 500 })
  end

  it "lose nothing when the partition goes to another member in the middle of a run" do
    fill(500)
    owner = member(wait_at: 142)
    owner.await_line("done 141")
    other = member
    await("the loss") { owner.lines.grep(/\Aassigned/).size > 1 }
    owner.say("go on")
    await("all messages", within: 60) { [owner, other].flat_map { |app| done(app) }.uniq.size == 500 }
    [owner, other].each do |app|
      app.signal("TERM")
      expect(app.exit_status(within: 60)).to eq(0), app.output
    end

    expect(peer.committed(spec_group, topic)).to eq({ 0 => 500 })
  end

  it "share 100,000 keys out to all of them" do
    peer.flood(topic, count: 100_000, size: 20)
    lock = Mutex.new
    lanes = Hash.new { |counts, lane| counts[lane] = 0 }
    run = consume(topic, config: { concurrency: 5, max_messages: 1_000 }, routing: lambda {
      virtual_partitions(partitioner: Karafka::Native::Partitioners::Payload.new, max_partitions: 8)
    }) do
      define_method(:consume) { lock.synchronize { lanes[id] += messages.size } }
    end
    run.await("all keys", within: 60) { lock.synchronize { lanes.values.sum } == 100_000 }
    run.stop
    expect(lanes.size).to eq(8)
    expect(lanes.values.min).to be > 100_000 / 8 / 2
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 100_000 })
  end

  it "keep a hot key in order on one instance beside quiet ones" do
    orders = Array.new(600) { |n| { payload: n.to_s, key: (n % 50).zero? ? "quiet-#{n}" : "hot" } }
    peer.produce(topic, orders)
    walked = Queue.new
    run = consume(topic, config: { concurrency: 5 }, routing: lambda {
      virtual_partitions(partitioner: lambda(&:raw_key), max_partitions: 4, distribution: :balanced)
    }) do
      define_method(:consume) { messages.each { |message| walked << [message.raw_key, message.offset] } }
    end
    run.await("all messages") { walked.size == 600 }
    run.stop

    hot = Array.new(600) { walked.pop }.select { |key, _| key == "hot" }.map(&:last)
    expect(hot).to eq(hot.sort)
  end
end
