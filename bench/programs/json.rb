# frozen_string_literal: true

# Reads the JSON of batches, message by message, as a consumer does, and reports what that cost. KIND
# says how: "json" and "oj" are Ruby deserializers, "native" is ours, "pointer" reads one value with it.
# No broker: the batches are made here, with documents of about SIZE bytes that differ in their values.

require "karafka"
require_relative "usage"

# Documents and how they are read.
module Reading
  SIZE = Integer(ENV.fetch("SIZE"))
  MESSAGES = Integer(ENV.fetch("MESSAGES"))
  POINTER = "/order/number"
  Deserializers = Struct.new(:payload, :key, :headers, :active)

  DESERIALIZERS = {
    "json" => -> { Karafka::Deserializers::Payload.new },
    "oj" => -> { require("oj") && ->(message) { Oj.load(message.raw_payload, mode: :strict) } },
    "native" => -> { Karafka::Native::Deserializers::JSON },
    "pointer" => -> { Karafka::Native::Deserializers::JSON }
  }.freeze

  class << self
    def run
      rows = Array.new(MESSAGES) { |index| [index, document(index), nil, nil] }
      samples = Array.new(Integer(ENV.fetch("ROUNDS"))) { sample(rows) }
      wall, cpu = samples.drop(1).transpose.map { |column| column.sort[column.size / 2] }
      Usage.report(wall: wall / MESSAGES * 1e6, cpu: cpu / MESSAGES * 1e6, bytes: rows.first[1].bytesize)
    end

    private

    # Each batch is new, so nothing of it was parsed before.
    def sample(rows)
      batch = Karafka::Native::Batch.built("orders", 0, rows)
      batch.deserializers = deserializers
      batch.topic_name = "orders"
      messages = batch.messages(Karafka::Messages::Message)
      GC.start
      measure { ENV.fetch("KIND") == "pointer" ? find(messages) : messages.each(&:payload) }
    end

    def find(messages) = messages.each { |message| message.payload_at(POINTER) }

    def measure
      cpu = Usage.cpu
      began = Usage.now
      yield
      [Usage.now - began, Usage.cpu - cpu]
    end

    def deserializers
      @deserializers ||= Deserializers.new(DESERIALIZERS.fetch(ENV.fetch("KIND")).call, nil, nil, true)
    end

    # An order with as many lines as fit.
    def document(index)
      lines = 0
      lines = ((SIZE - order(index, 0).bytesize) / line(index, 0).to_json.bytesize.to_f).floor if SIZE > 400
      order(index, lines)
    end

    def order(index, lines)
      JSON.generate(
        "order" => { "id" => format("%08x-7d52", index), "number" => index, "total" => index * 1.37,
                     "currency" => "EUR", "paid" => true, "note" => nil },
        "customer" => { "id" => index * 7, "name" => "Zofia Żak", "email" => "zofia@example.com" },
        "lines" => Array.new(lines) { |number| line(index, number) }
      )
    end

    def line(index, number)
      { "sku" => "SKU-#{index}-#{number}", "quantity" => number % 7, "price" => (number * 3.37).round(2),
        "gift" => number.even?, "note" => number.zero? ? "say \"thanks\"\n" : "" }
    end
  end
end

Reading.run
