# frozen_string_literal: true

# MESSAGES empty jobs of one class, by MODE: `async` enqueues and runs them with Active Job's own async
# adapter; `enqueue` writes them to TOPIC until the last is delivered; `run` works them off, counted from
# Server.run. Both with LANES threads, jobs of one partition shared out. Uses the public API only.

require "active_job/karafka"
require_relative "usage"

COUNT = Integer(ENV.fetch("MESSAGES"))
MODE = ENV.fetch("MODE")
LANES = Integer(ENV.fetch("LANES"))

# What the last job ends.
class Progress
  @lock = Mutex.new

  class << self
    def start
      @done = 0
      @cpu = Usage.cpu
      @began = Usage.now
    end

    def add
      finish if @lock.synchronize { @done += 1 } == COUNT
    end

    def finish
      Usage.report(messages: COUNT, seconds: Usage.now - @began, cpu: Usage.cpu - @cpu)
      exit!(0)
    end
  end
end

ActiveJob::Base.logger = nil

# The job under test.
class EmptyJob < ActiveJob::Base
  queue_as ENV.fetch("TOPIC")

  def perform = Progress.add
end

# The app under test.
class BenchApp < Karafka::App
  setup do |config|
    config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA"), "auto.offset.reset": "earliest" }
    config.group_id = "#{ENV.fetch("TOPIC")}-#{LANES}"
    config.max_messages = 1_000
    config.concurrency = LANES
    config.logger = Logger.new(nil)
  end

  routes.draw do
    active_job_topic(ENV.fetch("TOPIC")) do
      virtual_partitions(partitioner: ->(message) { message.offset % 64 }) if LANES > 1
    end
  end
end

threads = { min_threads: LANES, max_threads: LANES }
ActiveJob::Base.queue_adapter =
  MODE == "async" ? ActiveJob::QueueAdapters::AsyncAdapter.new(**threads) : :karafka
Progress.start

if MODE == "run"
  Karafka::Server.run
else
  COUNT.times { EmptyJob.perform_later }
  MODE == "async" ? sleep : (Karafka.producer.close and Progress.finish)
end
