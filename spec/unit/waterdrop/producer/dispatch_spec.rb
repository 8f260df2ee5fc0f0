# frozen_string_literal: true

require_relative "../../spec_helper"
require "waterdrop"

RSpec.describe WaterDrop::Producer::Dispatch do
  let(:producer) do
    WaterDrop::Producer.new do |config|
      config.client_class = WaterDrop::Clients::Buffered
      config.wait_backoff_on_queue_full = 1
    end
  end
  let(:events) { [] }

  after { producer.close }

  def record(*names)
    names.each { |name| producer.monitor.subscribe(name) { |event| events << event } }
  end

  def failing(code, times:)
    error = Rdkafka::RdkafkaError.new(code)
    allow(producer.client).to receive(:produce).and_wrap_original do |original, **message|
      raise error if (times -= 1) >= 0

      original.call(**message)
    end
  end

  describe "validation" do
    valid = { topic: "orders", payload: "1" }
    {
      "no Hash" => "text", "nil" => nil, "String keys" => { "topic" => "a", "payload" => "" },
      "no payload" => { topic: "a" },
      "no topic" => { payload: "" },
      "a bad topic" => valid.merge(topic: "a b"),
      "a multi-byte topic" => valid.merge(topic: "zażółć"), "a nil partition" => valid.merge(partition: nil),
      "partition -2" => valid.merge(partition: -2), "a partition of 33 bits" => valid.merge(partition: 2**32),
      "a time of 64 bits" => valid.merge(timestamp: 2**63), "an empty key" => valid.merge(key: ""),
      "a Symbol key" => valid.merge(key: :a), "an empty partition key" => valid.merge(partition_key: ""),
      "a Float timestamp" => valid.merge(timestamp: 1.0),
      "a Symbol header" => valid.merge(headers: { a: "1" }),
      "a nil header" => valid.merge(headers: { "a" => nil }),
      "an Integer header" => valid.merge(headers: { "a" => 1 }),
      "a mixed Array header" => valid.merge(headers: { "a" => ["1", 2] }),
      "a Hash for a header" => valid.merge(headers: { "a" => {} }),
      "an Integer payload" => valid.merge(payload: 1),
      "a large payload" => valid.merge(payload: "x" * 1_000_013)
    }.each do |name, message|
      it "refuses #{name} without an event" do
        record("error.occurred", "message.produced_sync")
        expect { producer.produce_sync(message) }.to raise_error(WaterDrop::Errors::MessageInvalidError)
        expect(events).to be_empty
      end
    end

    {
      "a nil payload" => { payload: nil },
      "an empty payload" => { payload: "" },
      "a Symbol topic" => { topic: :a },
      "partition -1" => { partition: -1 }, "a nil key" => { key: nil }, "a Time" => { timestamp: Time.now },
      "Array headers" => { headers: { "a" => %w[1 2], "b" => [] } },
      "binary" => { payload: "\xFF".b, key: "\0" },
      "the largest payload" => { payload: "x" * 1_000_012 }, "topic_config" => { topic_config: { acks: 1 } }
    }.each do |name, change|
      it "takes #{name}" do
        expect(producer.produce_sync(valid.merge(change))).to be_a(Rdkafka::Producer::DeliveryReport)
      end
    end

    it "names the fields of what is no message" do
      expect { producer.produce_async(nil) }
        .to raise_error(WaterDrop::Errors::MessageInvalidError, /topic.*payload/)
    end

    it "sends none of a batch with one invalid message" do
      expect { producer.produce_many_sync([valid, { topic: "a" }]) }
        .to raise_error(WaterDrop::Errors::MessageInvalidError)
      expect(producer.client.messages).to be_empty
    end
  end

  describe "the native check of messages" do
    it "never passes what the contract refuses" do
      contract = WaterDrop::Contracts::Message.new(5)
      topics = ["a", "", "a b", :a, nil, "ż", "a.b-c_d"]
      values = [nil, "", "x", "xxxxxx", 1, :x]
      fields = { key: values, partition: [nil, -2, -1, 0, 2**70], partition_key: values,
                 timestamp: [nil, 1, 1.5, Time.now],
                 headers: [nil, {}, { "a" => "1" }, { "a" => [] }, { a: "1" }] }
      combinations = topics.product(values, fields.keys).flat_map do |topic, payload, field|
        fields[field].map { |value| { topic:, payload:, field => value } }
      end
      wrong = combinations.select do |message|
        Karafka::Native::Producer.plainly_valid?(message, 5) && !contract.call(message).success?
      end
      expect(wrong).to be_empty
      expect(combinations.count { |message| Karafka::Native::Producer.plainly_valid?(message, 5) }).to be > 50
    end
  end

  describe "events" do
    it "come after success, with the middleware's result" do
      producer.middleware.append(->(message) { message.merge(key: "k") })
      record("message.produced_async", "message.produced_sync")
      producer.produce_async(topic: :orders, payload: "1")
      producer.produce_sync(topic: :orders, payload: "2")
      expect(events.map do |event|
               [event.id, event[:message], event[:producer_id], event[:time].class]
             end).to eq(
               [["message.produced_async", { topic: :orders, payload: "1", key: "k" }, producer.id, Float],
                ["message.produced_sync", { topic: :orders, payload: "2", key: "k" }, producer.id, Float]]
             )
    end

    it "come for an empty batch too" do
      record("messages.produced_async", "messages.produced_sync")
      expect([producer.produce_many_async([]), producer.produce_many_sync([])]).to eq([[], []])
      expect(events.map { |event| event[:messages] }).to eq([[], []])
    end

    it "pass what listeners raise to the caller" do
      producer.monitor.subscribe("message.produced_async") { raise ArgumentError, "listener" }
      expect { producer.produce_async(topic: "a", payload: "") }.to raise_error(ArgumentError, "listener")
    end
  end

  it "never changes the user's Hash" do
    message = { topic: :orders, payload: "1" }.freeze
    producer.produce_sync(message)
    expect(producer.client.messages).to eq([{ topic: "orders", payload: "1", topic_config: {} }])
  end

  describe "a failure" do
    it "of one message becomes an event and a ProduceError with its cause" do
      failing(10, times: 1)
      record("error.occurred")
      expect { producer.produce_async(topic: "a", payload: "") }
        .to raise_error(WaterDrop::Errors::ProduceError) { |error|
          expect(error.cause).to eq(Rdkafka::RdkafkaError.new(10))
          expect(error.message).to eq(error.cause.inspect)
        }
      expect(events.map { |event| [event[:type], event[:message][:topic], event[:error].cause.code] })
        .to eq([["message.produce_async", "a", :msg_size_too_large]])
    end

    it "in a batch tells what was handed over" do
      calls = 0
      allow(producer.client).to receive(:produce).and_wrap_original do |original, **message|
        (calls += 1) == 3 ? raise(Rdkafka::RdkafkaError, 10) : original.call(**message)
      end
      record("error.occurred")
      batch = Array.new(4) { |i| { topic: "a", payload: i.to_s } }
      expect { producer.produce_many_sync(batch) }
        .to raise_error(WaterDrop::Errors::ProduceManyError) { |error|
              expect(error.dispatched.size).to eq(2)
            }
      expect(events.map { |event| [event[:type], event[:dispatched].size, event[:error].cause.code] })
        .to eq([["messages.produce_many_sync", 2, :msg_size_too_large]])
    end
  end

  describe "a full queue" do
    it "is waited for, with an event each time" do
      failing(-184, times: 2)
      record("error.occurred")
      expect(producer.produce_async(topic: "a", payload: "1")[:offset]).to eq(0)
      expect(events.map { |event| [event[:type], event[:error].class, event[:error].cause.code] })
        .to eq([["message.produce_async", WaterDrop::Errors::ProduceError, :queue_full]] * 2)
    end

    it "is waited for silently if so asked" do
      producer.config.instrument_on_wait_queue_full = false
      failing(-184, times: 2)
      record("error.occurred")
      producer.produce_many_sync([{ topic: "a", payload: "1" }])
      expect(events).to be_empty
    end

    it "fails after the timeout" do
      producer.config.wait_timeout_on_queue_full = 5
      failing(-184, times: 1_000)
      expect { producer.produce_sync(topic: "a", payload: "1") }
        .to raise_error(WaterDrop::Errors::ProduceError, /queue_full/)
    end

    it "fails at once if waiting is off" do
      producer.config.wait_on_queue_full = false
      failing(-184, times: 1)
      expect do
        producer.produce_async(topic: "a", payload: "1")
      end.to raise_error(WaterDrop::Errors::ProduceError)
    end
  end

  describe "tombstones" do
    it "need key and partition, and carry no payload" do
      given = { topic: "a", key: "k", partition: 0, payload: "ignored" }.freeze
      expect(producer.tombstone_sync(given).topic).to eq("a")
      producer.tombstone_many_async([given])
      expect(producer.client.messages).to eq([given.merge(payload: nil)] * 2)
    end

    [{ key: nil }, { key: "" }, { partition: -1 }].each do |change|
      it "refuse #{change}" do
        message = { topic: "a", key: "k", partition: 0 }.merge(change)
        %i[tombstone_sync tombstone_async].each do |name|
          expect do
            producer.public_send(name, message)
          end.to raise_error(WaterDrop::Errors::MessageInvalidError)
        end
      end
    end
  end

  describe "middleware" do
    it "runs prepended steps first, and errors pass unwrapped" do
      order = []
      producer.middleware.append(->(message) { (order << 1) && message })
      producer.middleware.prepend(->(message) { (order << 0) && message })
      producer.produce_sync(topic: "a", payload: "")
      expect(order).to eq([0, 1])
      producer.middleware.append(->(_message) { raise KeyError, "mine" })
      expect { producer.produce_sync(topic: "a", payload: "") }.to raise_error(KeyError, "mine")
    end

    it "fails validation when it returns nil" do
      producer.middleware.append(->(_message) {})
      expect { producer.produce_sync(topic: "a", payload: "") }
        .to raise_error(WaterDrop::Errors::MessageInvalidError)
    end
  end
end
