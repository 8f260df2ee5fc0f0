# frozen_string_literal: true

# An app that takes the MESSAGES messages of a partition in runs of MAX, on LANES lanes (0: without virtual
# partitions), and reports what that took from the first run on, and its CPU. WAIT are the milliseconds that
# the work on a message waits; each message is marked. Keys are single bytes, spread evenly.

require "karafka"
require_relative "usage"

# Counts what was done on all lanes and ends the process with the last message.
class Progress
  def initialize(expected)
    @left = expected
    @lock = Mutex.new
  end

  def start = @lock.synchronize { @start ||= [Usage.now, Usage.cpu] }

  def add(count)
    @lock.synchronize do
      @left -= count
      next if @left.positive?

      Usage.report(seconds: Usage.now - @start[0], cpu: Usage.cpu - @start[1])
      exit!(0)
    end
  end
end

PROGRESS = Progress.new(Integer(ENV.fetch("MESSAGES")))
LANES = Integer(ENV.fetch("LANES"))
WAIT = Float(ENV.fetch("WAIT")) / 1_000

# The consumer under test.
class BenchConsumer < Karafka::BaseConsumer
  def consume
    PROGRESS.start
    messages.each do |message|
      sleep(WAIT) if WAIT.positive?
      mark_as_consumed(message)
    end
    PROGRESS.add(messages.size)
  end
end

# The app under test.
class BenchApp < Karafka::App
  setup do |config|
    config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA"), "auto.offset.reset": "earliest" }
    config.group_id = ENV.fetch("GROUP")
    config.max_messages = Integer(ENV.fetch("MAX"))
    config.max_wait_time = 2_000
    config.concurrency = [LANES, 1].max
  end

  routes.draw do
    topic(ENV.fetch("TOPIC")) do
      consumer BenchConsumer
      key = Karafka::Native::Partitioners::Key.new
      virtual_partitions(partitioner: key, max_partitions: LANES) if LANES.positive?
    end
  end
end

if ENV["FILL"]
  Integer(ENV.fetch("MESSAGES")).times.each_slice(1_000) do |slice|
    Karafka.producer.produce_many_sync(
      slice.map do |index|
        { topic: ENV.fetch("TOPIC"), partition: 0, key: (index % 16).chr, payload: "x" * 200 }
      end
    )
  end
  Karafka.producer.close
else
  Karafka::Server.run
end
