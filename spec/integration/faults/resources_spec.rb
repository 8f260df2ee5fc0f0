# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "What a member holds" do
  include Specs::Members

  let(:group) { unique("group") }
  let(:topic) { create_topic("held", partitions: 4) }
  let(:counts) do
    <<~RUBY
      def self.memory = File.read("/proc/self/status")[/VmRSS:\\s+(\\d+)/, 1].to_i / 1_024
      def self.descriptors = Dir.children("/proc/self/fd").size
      def self.threads = Dir.children("/proc/self/task").size
    RUBY
  end

  # A backlog of 400 MB; nothing bounds the prefetch but these settings.
  it "stays below queued.max.messages.kbytes and a batch while it does not keep up" do
    peer.flood(topic, count: 400_000, size: 1_000)
    more = <<~RUBY
      Karafka.monitor.subscribe("statistics.emitted") do |event|
        say("read", event[:statistics]["rxmsgs"], Member.memory)
      end
    RUBY
    app = member(group, topic, methods: counts, more:, consume: "$stdin.gets unless $waited; $waited = true",
                               setup: "config.internal.tick_interval = 1_000",
                               kafka: { "queued.max.messages.kbytes" => 16_384,
                                        "statistics.interval.ms" => 500 })
    app.await_line(/^batch/)
    read = -> { app.lines.grep(/^read/).map { |line| line.split.drop(1).map(&:to_i) } }
    await("the end of prefetching") do
      figures = read.call.map(&:first).last(3)
      figures.size == 3 && figures.uniq.size == 1
    end
    prefetched, memory = read.call.last
    RSpec.configuration.reporter.message("#{prefetched} of 400000 kB prefetched, #{memory} MB resident")
    expect(memory).to be < 100
    expect(prefetched).to be < 40_000
    app.say("go on")
    terminate(app)
  end

  it "does not grow with the number of batches" do
    peer.flood(topic, count: 600_000, size: 500)
    work = <<~RUBY
      messages.each { |message| message.raw_payload; message.offset }
      $seen = ($seen || 0) + messages.size
      if $seen >= ($next ||= 100_000)
        $next += 100_000
        say("seen", $seen, Member.memory)
      end
    RUBY
    app = member(group, topic, methods: counts, consume: work,
                               kafka: { "queued.max.messages.kbytes" => 8_192 })
    app.await_line(/^seen 6\d{5}/, within: 180)
    terminate(app)
    memory = app.lines.grep(/^seen/).map { |line| line.split.last.to_i }
    RSpec.configuration.reporter.message("resident MB after each 100000 messages: #{memory.join(" ")}")
    expect(memory.last - memory[1]).to be < 25
    expect(memory.max).to be < 150
  end

  it "is nothing of a batch any more once the next one is at work (H-178)" do
    peer.produce(topic, Array.new(200) { { payload: "x" * 1_000, partition: 0 } })
    work = <<~RUBY
      messages.each { |message| ($messages ||= ObjectSpace::WeakMap.new)[message] = true }
      GC.start
      say("alive", $messages.size, messages.last.offset)
    RUBY
    app = member(group, topic, consume: work, setup: "config.max_messages = 10")
    alive = app.await_line(/^alive (\d+) 199/)[1].to_i
    terminate(app)
    # Those of this batch; the conservative scan of the stacks may keep one or two more.
    expect(alive).to be_between(10, 30)
  end

  it "keeps neither descriptors nor threads over client resets" do
    peer.produce(topic, %w[a])
    more = <<~RUBY
      Karafka.monitor.subscribe("rebalance.partitions_assigned") do
        GC.start
        say("counts", Member.descriptors, Member.threads)
        $raise = true
      end
      Karafka.monitor.subscribe("connection.listener.fetch_loop") do
        if $raise && $rounds != 7
          $raise, $rounds = false, ($rounds || 0) + 1
          raise "round \#{$rounds}"
        end
      end
    RUBY
    app = member(group, topic, methods: counts, more:,
                               setup: "config.internal.connection.reset_backoff = 1_000")
    await("seven resets", within: 60) { app.lines.grep(/^counts/).size == 8 }
    terminate(app)
    found = app.lines.grep(/^counts/).map { |line| line.split.drop(1).map(&:to_i) }
    RSpec.configuration.reporter.message("descriptors and threads over resets: #{found.inspect}")

    expect(app.lines.count("reset")).to eq(7)
    descriptors, threads = found.drop(1).transpose
    expect(descriptors.max - descriptors.min).to be <= 2
    expect(threads.max - threads.min).to be <= 1
  end
end
