# frozen_string_literal: true

# A WaterDrop producer that produces MESSAGES messages of SIZE bytes to TOPIC, one after the other, and
# measures how long each `produce_sync` takes.

require "waterdrop"
require_relative "usage"

WARMUP = 100
count = Integer(ENV.fetch("MESSAGES"))
message = { topic: ENV.fetch("TOPIC"), payload: "x" * Integer(ENV.fetch("SIZE")), key: "key" }

producer = WaterDrop::Producer.new do |config|
  config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA") }
end

WARMUP.times { producer.produce_sync(message) }
cpu = Usage.cpu
delays = Array.new(count) do
  began = Usage.nanoseconds
  producer.produce_sync(message)
  Usage.nanoseconds - began
end.sort
Usage.report(messages: count, cpu: Usage.cpu - cpu,
             median: delays[count / 2] / 1e6, p99: delays[count * 99 / 100] / 1e6)
producer.close
