# frozen_string_literal: true

require_relative "native_helper"

RSpec.describe "Native objects in a forked child", :native do
  let(:topic) { topic_with("a", "b") }
  let(:connection) do
    connect.tap do |made|
      made.subscribe([topic])
      @batch = read(made, 2).first
    end
  end
  let(:forked) { Karafka::Native::ForkedHandleError }

  it "answer with a clear error at every method, and with closed to those who ask" do
    used = connection
    waiting = connect
    waiting.subscribe([topic])
    asked = await("a rebalance") { waiting.poll(1, 100, nil) && waiting.rebalance }
    waiting.answer(asked, 100)
    status = in_child do
      calls = {
        answer: [asked, 100], name: [], subscribe: [["x"]], unsubscribe: [], poll: [1, 10, nil], wake: [],
        event: [0], rebalance: [], assignment: [], assignment_lost?: [], lift_pauses: [], due_ticks: [],
        store_marks: [],
        partition: ["t", 0, NativeSpecs::FEATURES], known_partition: ["t", 0], pause: ["t", 0, nil],
        hold: ["t", 0], resume: ["t", 0], seek: ["t", 0, 0], withdraw_marks: ["t", 0], commit: [true, 100],
        committed: [[["t", 0]], 100],
        watermarks: ["t", 0, 100], offsets_for_times: [[["t", 0, 0]], 100], begin_close: [],
        poll_close: [10], group_metadata: [], set_token: ["t", 1, "p", nil], set_token_failure: ["no"]
      }
      missing = Karafka::Native::Connection.instance_methods(false) - calls.keys - %i[close closed?]
      raise "not called: #{missing}" unless missing.empty?

      calls.each do |name, arguments|
        used.public_send(name, *arguments)
        raise "#{name} answered"
      rescue forked
        nil
      end
      raise "not closed" unless used.closed?

      used.close(60_000)
      exit!(7)
    end
    expect(status.exitstatus).to eq(7)
  end

  it "refuse marks there, while batches stay readable" do
    state = connection.partition(topic, 0, NativeSpecs::FEATURES)
    state.begin_batch(0, 1, false)
    expect(state.mark(0, nil, nil)).to be(true)
    batch = @batch
    status = in_child do
      raise "marked" if state.mark(0, nil, nil) || state.mark(1, nil, nil)
      raise "owned" unless state.revoked?
      raise "unreadable" unless batch.raw_payload(1) == "b"

      exit!(7)
    end
    expect(status.exitstatus).to eq(7)
    expect(state.mark(1, nil, nil)).to be(true)
  end

  { "exit" => -> { exit(7) }, "exit!" => -> { exit!(7) }, "a full collection" => -> { exit!(GC.start || 7) } }
    .each do |name, ending|
    it "are left alone by #{name}, and the parent goes on" do
      used = connection
      status = in_child do
        # The child's own at_exit handlers would end the suite's.
        at_exit { exit!(7) } if name == "exit"
        connection = used = @batch = nil # rubocop:disable Lint/UselessAssignment
        __memoized.instance_variable_get(:@memoized).clear
        GC.start
        ending.call
      end
      expect(status.exitstatus).to eq(7)
      produce(topic, ["c"])
      expect(read(used, 1).first.raw_payload(0)).to eq("c")
    end
  end

  it "can be made anew in the child" do
    connection
    servers = NativeSpecs.broker.bootstrap_servers
    name = topic
    status = in_child do
      own = Karafka::Native::Connection.new("bootstrap.servers": servers, "group.id": "child#{rand(1 << 64)}",
                                            "auto.offset.reset": "earliest")
      own.subscribe([name])
      exit!(read(own, 2).sum(&:size))
    end
    expect(status.exitstatus).to eq(2)
  end

  it "end a whole process in order that forked after use" do
    status, output = run_ruby(<<~RUBY)
      require "karafka"
      connection = Karafka::Native::Connection.new("bootstrap.servers": ENV["BROKER"], "group.id": "g")
      connection.subscribe(["x"])
      connection.poll(1, 10, nil)
      pids = Array.new(5) { |n| fork { GC.start; n.even? ? exit(n) : exit!(n) } }
      puts pids.map { |pid| Process.wait2(pid).last.exitstatus }.inspect
      fork { begin; connection.poll(1, 10, nil); rescue Karafka::Native::ForkedHandleError => e; puts e.message; end }
      Process.wait
      connection.poll(1, 10, nil)
      puts "parent goes on"
    RUBY
    expect(status.exitstatus).to eq(0), output
    expect(output).to include("[0, 1, 2, 3, 4]", "belongs to the parent process", "parent goes on")
  end

  it "make other nonces and ids in each child" do
    draws = Array.new(2) do
      read, write = IO.pipe
      pid = fork do
        write.puts SecureRandom.hex(6)
        exit!(0)
      end
      write.close
      Process.wait(pid)
      read.read
    end
    expect(draws.uniq.size).to eq(2)
  end
end
