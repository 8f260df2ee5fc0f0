# frozen_string_literal: true

# An ordinary Karafka app that takes MESSAGES messages of TOPIC and reports what that cost, counted
# from Server.run. MODE says what its consumer does with each message. Uses the public API only, so
# that it runs on the original as well.

require "karafka"
require_relative "usage"

# Counts batches from all worker threads and ends the process with the last message.
class Progress
  def initialize(expected)
    @expected = expected
    @taken = 0
    @lock = Mutex.new
  end

  def start = @cpu = Usage.cpu

  def add(count)
    @lock.synchronize do
      @first ||= Usage.now
      @taken += count
      finish if @taken >= @expected
    end
  end

  private

  def finish
    Usage.report(messages: @taken, seconds: Usage.now - @first, cpu: Usage.cpu - @cpu)
    exit!(0)
  end
end

PROGRESS = Progress.new(Integer(ENV.fetch("MESSAGES")))

WORK = {
  "batches" => ->(_consumer, messages) { messages.size },
  "long-running" => ->(_consumer, messages) { messages.size },
  "raw_payload" => ->(_consumer, messages) { messages.each(&:raw_payload) },
  "payload" => ->(_consumer, messages) { messages.each(&:payload) },
  "mark" => ->(consumer, messages) { messages.each { |message| consumer.mark_as_consumed(message) } }
}.freeze

# The consumer under test.
class BenchConsumer < Karafka::BaseConsumer
  MODE = WORK.fetch(ENV.fetch("MODE"))

  def consume
    MODE.call(self, messages)
    PROGRESS.add(messages.size)
  end
end

# The app under test.
class BenchApp < Karafka::App
  setup do |config|
    config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA"), "auto.offset.reset": "earliest" }
    config.client_id = "bench"
    config.group_id = ENV.fetch("GROUP")
    config.max_messages = Integer(ENV.fetch("MAX"))
  end

  routes.draw do
    topic(ENV.fetch("TOPIC")) do
      consumer BenchConsumer
      manual_offset_management(true) if ENV["MODE"] == "mark"
      long_running_job(true) if ENV["MODE"] == "long-running"
    end
  end
end

PROGRESS.start
Karafka::Server.run
