# frozen_string_literal: true

# The least that two Ruby threads can do to measure what `delay.rb` measures: one polls the native
# connection, one reads the batches. No framework: no group of workers, no offsets, no events.

require "karafka"
require_relative "delays"

config = { "bootstrap.servers": ENV.fetch("KAFKA"), "client.id": "bench", "group.id": ENV.fetch("GROUP"),
           "auto.offset.reset": "earliest", "enable.auto.offset.store": false }
connection = Karafka::Native::Connection.new(config)
connection.subscribe([ENV.fetch("TOPIC")])
delays = Delays.new(Integer(ENV.fetch("MESSAGES")))
batches = Thread::Queue.new
Thread.new { loop { delays.add(batches.pop.raw_payloads) } }

loop do
  polled, _ends, reports, failure, rebalances = connection.poll(100, 1_000, 0)
  raise(failure || reports.first) if failure || reports.any?

  while rebalances && (rebalance = connection.rebalance)
    connection.answer(rebalance, 1_000)
  end
  polled.each { |batch| batches << batch }
end
