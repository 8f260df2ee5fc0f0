# frozen_string_literal: true

# A WaterDrop producer that produces MESSAGES messages of SIZE bytes with keys to TOPIC, by MODE
# "async" or "many", which may end in "acknowledged": a subscriber then reads the offset of each message.
# Counted until the last is delivered. Memory is read after each of PARTS. Uses the public API only.

require "waterdrop"
require_relative "usage"

PER_CALL = 1_000
count = Integer(ENV.fetch("MESSAGES"))
topic = ENV.fetch("TOPIC")
start = %({"id":1,"customer":"c1","total":1.5,"note":")
payload = "#{start}#{"x" * (Integer(ENV.fetch("SIZE")) - start.size - 2)}\"}"

producer = WaterDrop::Producer.new do |config|
  config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA") }
end

mode, subscribed = ENV.fetch("MODE").split
acknowledged = 0
if subscribed
  producer.monitor.subscribe("message.acknowledged") { |event| acknowledged += 1 if event[:offset] >= 0 }
end

producer.client # made before the clock starts, as in the other programs
message = ->(number) { { topic:, payload:, key: "key-#{number % 10_000}" } }
cpu = Usage.cpu
began = Usage.now
parts = Integer(ENV.fetch("PARTS", "1"))
memory = Array.new(parts) do |part|
  numbers = (count * part / parts)...(count * (part + 1) / parts)
  if mode == "many"
    numbers.each_slice(PER_CALL) { |slice| producer.produce_many_async(slice.map(&message)) }
  else
    numbers.each { |number| producer.produce_async(message.call(number)) }
  end
  Usage.resident_mb
end
producer.close
raise "#{acknowledged} of #{count} acknowledged" if subscribed && acknowledged != count

Usage.report(messages: count, seconds: Usage.now - began, cpu: Usage.cpu - cpu, memory:)
