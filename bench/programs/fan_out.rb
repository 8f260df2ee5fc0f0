# frozen_string_literal: true

require "json"
require "karafka"

# Shares batches of 1,000 messages out to lanes, without a broker, and reports nanoseconds of CPU a
# message: {"<row>": {"<lanes>": [ns, ...]}}. A batch is used once, as in a server: what was made of it
# before would be faster.
module FanOutProgram
  SIZE = 1_000
  ROUNDS = Integer(ENV.fetch("ROUNDS"))
  REPEAT = Integer(ENV.fetch("REPEAT"))
  LANES = ENV.fetch("LANES").split(",").map { |text| Integer(text) }
  Native = Karafka::Native::Partitioners
  Coordinator = Struct.new(:collapsed?)

  ROWS = {
    "the lambda alone: make messages, call it" => [nil, {}],
    "lambda: raw_key" => [lambda(&:raw_key), {}],
    "lambda: raw_key, balanced" => [lambda(&:raw_key), { distribution: :balanced }],
    "lambda: raw_key, custom reducer" => [lambda(&:raw_key), { reducer: ->(key) { key.to_s.sum % 8 } }],
    "lambda: payload[\"id\"]" => [->(message) { message.payload["id"] }, {}],
    "native: key" => [Native::Key.new, {}],
    "native: key, balanced" => [Native::Key.new, { distribution: :balanced }],
    "native: header" => [Native::Header.new("tenant"), {}],
    "native: payload" => [Native::Payload.new, {}],
    "native: JSON pointer" => [Native::JsonPointer.new("/id"), {}],
    "native: JSON pointer, balanced" => [Native::JsonPointer.new("/id"), { distribution: :balanced }],
    "native: key and header" => [Native::Several.new(Native::Key.new, Native::Header.new("tenant")), {}]
  }.freeze

  module_function

  # 200 bytes of payload, 100 keys.
  def batches
    pad = "x" * 160
    rows = Array.new(SIZE) do |index|
      [index, %({"pad":"#{pad}","id":"user-#{(index * 7) % 100}"}).ljust(200),
       "user-#{(index * 7) % 100}", { "tenant" => "t#{index % 20}" }]
    end
    Array.new(ROUNDS) { Karafka::Native::Batch.built("lanes", 0, rows) }
  end

  def group(lanes, partitioner, options)
    Karafka::App.routes.clear
    Karafka::App.routes.draw do
      topic("lanes") do
        consumer Class.new(Karafka::BaseConsumer)
        virtual_partitions(partitioner:, max_partitions: lanes, **options)
      end
    end
    Karafka::App.routes.first.topics.first.subscription_group
  end

  def work(lanes, partitioner, options)
    unless partitioner
      return lambda { |batch|
               batch.with_messages.messages(Karafka::Messages::Message).each(&:raw_key)
             }
    end

    fan_out = Karafka::Processing::ConsumerGroups::FanOut.new(group(lanes, partitioner, options))
    coordinator = Coordinator.new(false)
    ->(batch) { fan_out.call("lanes", batch, coordinator) { |_, part| part.size } }
  end

  def measure(lanes, partitioner, options)
    once = work(lanes, partitioner, options)
    given = batches
    topic = group(1, Native::Key.new, {}).topics.first
    given.each { |batch| batch.routed(topic) }
    GC.start
    before = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID, :nanosecond)
    given.each(&once)
    (Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID, :nanosecond) - before).fdiv(SIZE * ROUNDS)
  end

  def run
    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
    found = ROWS.transform_values { LANES.to_h { |lanes| [lanes, []] } }
    REPEAT.times do
      ROWS.each do |name, (partitioner, options)|
        LANES.each { |lanes| found[name][lanes] << measure(lanes, partitioner, options) }
      end
    end
    puts JSON.generate(found)
  end
end

FanOutProgram.run
