# frozen_string_literal: true

require_relative "../encryption/encryption_helper"

RSpec.describe Karafka::Processing::Piping, :encryption, :fresh_app do
  let(:consumer) { built }

  before do
    Karafka::App.setup do |config|
      config.kafka = { "bootstrap.servers": "127.0.0.1:1" }
      config.producer = WaterDrop::Producer.new do |producer|
        producer.client_class = WaterDrop::Clients::Buffered
      end
    end
  end

  def built(&body)
    body ||= proc {}
    Karafka::App.routes.clear
    Karafka::App.routes.draw do
      consumer_group("billing") { topic("orders") { consumer Class.new(Karafka::BaseConsumer, &body) } }
    end
    topic = Karafka::App.routes.first.topics.first
    topic.consumer.new.tap do |made|
      made.coordinator = Karafka::Processing::ConsumerGroups::Coordinator.new(topic, 3)
      made.producer = Karafka.producer
    end
  end

  # @return [Karafka::Messages::Message] of orders/3, offset 42
  def message(payload = "p", key: "k", headers: {})
    metadata = Karafka::Messages::Metadata.new(
      topic: "orders", partition: 3, offset: 42, timestamp: Time.at(1), raw_key: key,
      raw_headers: headers.freeze, deserializers: Karafka::Routing::Features::Deserializers::STANDARD
    )
    Karafka::Messages::Message.new(payload, metadata)
  end

  def origin
    { "source_topic" => "orders", "source_partition" => "3", "source_offset" => "42",
      "source_consumer_group" => "billing" }
  end

  it "sends payload, key and headers as they are, and where they came from" do
    handle = consumer.pipe_async(topic: :archive, message: message("\xFF{".b, headers: { "own" => %w[a b] }))
    expect(handle).to be_a(Rdkafka::Producer::DeliveryHandle)
    expect(sent.last).to include(topic: "archive", payload: "\xFF{".b, key: "k",
                                 headers: { "own" => %w[a b], **origin })
  end

  it "waits for the broker when asked to" do
    expect(consumer.pipe_sync(topic: "archive", message: message)).to be_a(Rdkafka::Producer::DeliveryReport)
  end

  it "keeps together what was in one partition without keys" do
    [nil, ""].each { |key| consumer.pipe_async(topic: "archive", message: message(key:)) }
    expect(sent.map { |one| [one.key?(:key), one[:partition_key]] }).to eq([[false, "3"]] * 2)
  end

  it "replaces what an earlier pipe or dead letter said" do
    consumer.pipe_async(topic: "archive", message: message(headers: { "source_topic" => "older",
                                                                      "source_attempts" => "3" }))
    expect(sent.last[:headers]).to eq("source_attempts" => "3", **origin)
  end

  it "sends tombstones as tombstones" do
    consumer.pipe_async(topic: "archive", message: message(nil))
    expect(sent.last).to include(payload: nil, key: "k")
  end

  it "sends many in one call, and none of none" do
    calls = []
    allow(Karafka.producer).to receive_messages(produce_many_async: [], produce_many_sync: [])
    %i[async sync].each do |way|
      allow(Karafka.producer).to receive(:"produce_many_#{way}") { |given| calls << [way, given.size] }
      consumer.public_send(:"pipe_many_#{way}", topic: "archive", messages: [message, message])
      expect(consumer.public_send(:"pipe_many_#{way}", topic: "archive", messages: [])).to eq([])
    end
    expect(calls).to eq([[:async, 2], [:sync, 2]])
  end

  it "lets the consumer change the outgoing message in place, by a private method too" do
    piping = built do
      private

      def enhance_pipe_message(outgoing, message)
        outgoing[:headers]["seen"] = message.offset.to_s
        outgoing[:key] = "other"
        { topic: "ignored" }
      end
    end
    piping.pipe_async(topic: "archive", message: message)
    expect(sent.last).to include(topic: "archive", payload: "p", key: "other",
                                 headers: { **origin, "seen" => "42" })
  end

  it "refuses a cleaned message, and then sends none of several" do
    gone = message.tap(&:clean!)
    expect { consumer.pipe_async(topic: "archive", message: gone) }
      .to raise_error(Karafka::Errors::MessageClearedError)
    expect { consumer.pipe_many_sync(topic: "archive", messages: [message, gone]) }
      .to raise_error(Karafka::Errors::MessageClearedError)
    expect(sent).to be_empty
  end

  it "encrypts anew what was decrypted, and sends ciphertext as it is" do
    encrypting
    piping = built
    sealed = consumed(produce("secret"))
    piping.pipe_async(topic: "archive", message: sealed)
    expect(sent.last[:payload]).to eq(sealed.raw_payload)
    sealed.payload
    piping.pipe_async(topic: "archive", message: sealed)
    expect(sent.last[:payload]).not_to include("secret")
    expect(consumed(sent.last, topic: "archive").payload).to eq("secret")
  end
end
