# frozen_string_literal: true

require_relative "../spec_helper"
require "English"
require "securerandom"
require "socket"
require "timeout"

# Connections to the embedded broker, as the listeners of the framework use them.
module NativeSpecs
  # One broker for the process; each example has topics and groups of its own.
  def self.broker = @broker ||= Karafka::Testing::Broker.start(partitions: 1)

  FEATURES = { manual_offsets: false, timeout: 100, max_timeout: 100, exponential: false }.freeze

  # @return [String] a topic that holds `payloads`
  def topic_with(*payloads, partitions: 1)
    name = "t#{rand(1 << 64)}"
    NativeSpecs.broker.create_topic(name, partitions:)
    produce(name, payloads.flatten)
    name
  end

  def produce(topic, payloads)
    return if payloads.empty?

    producer.produce_many_sync(payloads.map { |payload| { topic:, payload:, partition: 0 } })
  end

  def producer
    return @producer if @producer

    undo { @producer.close }
    @producer = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": NativeSpecs.broker.bootstrap_servers }
    end
  end

  # @return [Karafka::Native::Connection] closed at the end of the example
  def connect(**settings)
    defaults = { "bootstrap.servers": NativeSpecs.broker.bootstrap_servers, "group.id": "g#{rand(1 << 64)}",
                 "auto.offset.reset": "earliest" }
    Karafka::Native::Connection.new(defaults.merge(settings)).tap do |connection|
      undo { connection.close(100) }
    end
  end

  # A consumer whose broker never answers: every call that asks one waits for its timeout.
  def connect_to_nobody(**settings) = connect("bootstrap.servers": silent_server, log_level: 0, **settings)

  # @return [String] host:port that takes connections and stays silent
  def silent_server
    server = TCPServer.new("127.0.0.1", 0)
    undo { server.close }
    "127.0.0.1:#{server.addr[1]}"
  end

  # Polls until `count` messages came.
  #
  # @return [Array<Karafka::Native::Batch>]
  def read(connection, count, within: 20)
    batches = []
    deadline = now + within
    while batches.sum(&:size) < count
      raise "only #{batches.sum(&:size)} of #{count} messages" if now > deadline

      batches.concat(poll(connection))
    end
    batches
  end

  # @return [Array<Karafka::Native::Batch>]
  def poll(connection, max = 100, wait = 100)
    batches, = connection.poll(max, wait, nil)
    answer(connection)
    batches
  end

  # @param connection [Karafka::Native::Connection] subscribed to topics without messages
  def await_assignment(connection)
    await("the assignment") do
      poll(connection, 1, 10)
      connection.assignment.any?
    end
  end

  def answer(connection)
    while (rebalance = connection.rebalance)
      connection.answer(rebalance, 1_000)
    end
  end

  # A thread that is asleep inside the block, to be interrupted.
  #
  # @return [Thread]
  def sleeper(&block)
    Thread.new(&block).tap do |thread|
      thread.report_on_exception = false
      await("the thread to sleep") { thread.stop? || !thread.alive? }
    end
  end

  def await(what, within: 10)
    deadline = now + within
    until (answer = yield)
      raise "waited in vain for #{what}" if now > deadline

      Thread.pass
      sleep(0.001)
    end
    answer
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  # @return [Process::Status] how a forked child that runs the block ended
  def in_child(within: 20)
    pid = fork do
      yield
      $stdout.flush
    rescue StandardError, NotImplementedError => e
      warn e.full_message
      exit!(99)
    end
    ended(pid, "the child", within)
  end

  # @return [Array(Process::Status, String)] of a Ruby process that runs `script` with the library
  def run_ruby(script, *options, within: 60)
    read, write = IO.pipe
    lib = File.expand_path("../../../lib", __dir__)
    environment = { "BROKER" => NativeSpecs.broker.bootstrap_servers }
    pid = Process.spawn(environment, RbConfig.ruby, "-I", lib, *options,
                        "-e", script, %i[out err] => write)
    write.close
    output = Thread.new { read.read }
    [ended(pid, "a process", within), output.value]
  end

  # Waits for the end of a child of ours, which is killed when time is over. Its id is never used again
  # afterwards, as it may be another's by then.
  #
  # @return [Process::Status]
  def ended(pid, name, within)
    status = nil
    await("the end of #{name}", within:) { status = Process.wait2(pid, Process::WNOHANG)&.last }
  ensure
    Process.kill("KILL", pid) && Process.wait(pid) if pid && !status
  end

  def threads = Dir.children("/proc/self/task").size
  def descriptors = Dir.children("/proc/self/fd").size

  def undo(&block) = (@undo ||= []) << block

  def undo_all
    @undo&.reverse_each(&:call)
  end
end

RSpec.configure do |config|
  config.include NativeSpecs, :native
  config.after(:each, :native) { undo_all }
end
