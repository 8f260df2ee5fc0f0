# frozen_string_literal: true

# An ordinary Karafka app that measures how long each message of `limit pace` was on its way. LINGER
# sets `batch_linger`, which only we have.

require "karafka"
require_relative "usage"

# Collects delays and reports when all measured messages are there.
class Delays
  def initialize(expected)
    @expected = expected
    @delays = []
    @lock = Mutex.new
  end

  def add(payloads)
    now = Usage.nanoseconds
    @lock.synchronize do
      payloads.each do |payload|
        next unless payload.start_with?("m")

        @cpu ||= Usage.cpu
        @delays << (now - payload.byteslice(2..).to_i)
      end
      finish if @delays.size >= @expected
    end
  end

  private

  def finish
    sorted = @delays.sort
    Usage.report(messages: sorted.size, cpu: Usage.cpu - @cpu,
                 median: sorted[sorted.size / 2] / 1e6, p99: sorted[sorted.size * 99 / 100] / 1e6)
    exit!(0)
  end
end

DELAYS = Delays.new(Integer(ENV.fetch("MESSAGES")))

# The consumer under test.
class DelayConsumer < Karafka::BaseConsumer
  def consume = DELAYS.add(messages.map(&:raw_payload))
end

# The app under test.
class DelayApp < Karafka::App
  setup do |config|
    config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA"), "auto.offset.reset": "earliest" }
    config.client_id = "bench"
    config.group_id = ENV.fetch("GROUP")
    config.batch_linger = Integer(ENV["LINGER"]) if ENV["LINGER"]
  end

  routes.draw do
    topic(ENV.fetch("TOPIC")) { consumer DelayConsumer }
  end
end

Karafka::Server.run
