# frozen_string_literal: true

require_relative "../../spec_helper"
require_relative "../helpers_app"
require "karafka/testing/rspec/helpers"

RSpec.describe Karafka::Testing::RSpec::Helpers do
  include HelpersApp
  include described_class

  let(:errors) { Karafka::Testing::Errors }

  describe "#consumer_for" do
    it "builds the consumer of a topic, named by a String or a Symbol, a new one each time" do
      built = [karafka.consumer_for("orders"), karafka.consumer_for(:orders),
               karafka.consumer_for(:orders, "")]
      expect(built).to all(be_a(HelpersApp::OrdersConsumer))
      expect(built.uniq.size).to eq(3)
    end

    it "finds a topic in a second subscription group" do
      expect(karafka.consumer_for(:payments)).to be_a(HelpersApp::AuditConsumer)
      expect(karafka.consumer_for(:payments, :shop).topic.name).to eq("payments")
    end

    it "tells groups of a topic apart, and asks for one" do
      expect do
        karafka.consumer_for(:shared)
      end.to raise_error(errors::TopicInManyConsumerGroupsError, "shared")
      expect(karafka.consumer_for(:shared, "audit")).to be_a(HelpersApp::AuditConsumer)
      expect(karafka.consumer_for(:shared, :shop)).to be_a(HelpersApp::OrdersConsumer)
    end

    it "names the topic or the group that it does not find" do
      expect { karafka.consumer_for(:none) }.to raise_error(errors::TopicNotFoundError, "none")
      expect { karafka.consumer_for(:orders, :audit) }.to raise_error(errors::TopicNotFoundError, "orders")
      expect do
        karafka.consumer_for(:orders, :none)
      end.to raise_error(errors::ConsumerGroupNotFoundError, "none")
      expect { karafka.consumer_for(:retired) }.to raise_error(errors::TopicNotFoundError, "retired")
    end

    it "sees replicas of a connection as one" do
      group = Karafka::App.subscription_groups.values.flatten.find { |one| one.name == "second" }
      replica = Karafka::Routing::SubscriptionGroup.new(99, group.topics.to_a)
      active = { group.consumer_group => [group, replica] }
      allow(Karafka::App).to receive(:subscription_groups).and_return(active)
      expect(karafka.consumer_for(:payments).topic.name).to eq("payments")
    end

    it "builds it as a connection would, before its first message" do
      consumer = karafka.consumer_for(:orders)
      expect(consumer).to have_attributes(
        producer: Karafka.producer, client: _karafka_consumer_client,
        messages: nil, partition: 0, seek_offset: 0
      )
      states = %i[used? attempt retrying? revoked?].map { |name| consumer.send(name) }
      expect(states).to eq([true, 0, false, false])
      expect(consumer.singleton_class.ancestors).to include(Karafka::Processing::ConsumerGroups::Strategy)
    end
  end

  describe "#produce" do
    let(:consumer) { karafka.consumer_for(:orders) }

    it "delivers to `consumer`, and numbers what has no offset by its place" do
      karafka.produce("1")
      karafka.produce("2", offset: 42)
      karafka.produce("3")
      expect(consumer.messages.map(&:offset)).to eq([0, 42, 2])
      expect(consumer.messages.raw_payloads).to eq(%w[1 2 3])
      expect(consumer.messages.metadata).to have_attributes(
        first_offset: 0, last_offset: 2, size: 3, topic: "orders", partition: 0, processed_at: nil
      )
    end

    it "reports as Kafka would, by topic and partition" do
      reports = [{}, { partition: 3 }, {}, { topic: "other" }].map do |metadata|
        karafka.produce("x", metadata)
      end
      expect(reports).to all(be_a(Rdkafka::Producer::DeliveryReport))
      expect(reports.map { |one| [one.topic_name, one.partition, one.offset] })
        .to eq([["orders", 0, 0], ["orders", 3, 0], ["orders", 0, 1], ["other", 0, 0]])
    end

    it "gives a message what its metadata say" do
      time = Time.at(1_600_000_000)
      metadata = { key: "k", headers: { "a" => "b" }, partition: 5, timestamp: 1_500, received_at: time }
      karafka.produce("x", metadata)
      karafka.produce("y", timestamp: time)
      expect(consumer.messages.first).to have_attributes(
        key: "k", headers: { "a" => "b" }, raw_key: "k", partition: 5, topic: "orders",
        timestamp: Time.at(1.5), received_at: time
      )
      expect(consumer.messages.last.timestamp).to eq(time)
      expect(consumer.messages.metadata.partition).to eq(0)
    end

    it "has defaults for what they do not say" do
      before = Time.now
      karafka.produce("x", "key" => "ignored", "offset" => 9)
      expect(consumer.messages.first).to have_attributes(
        raw_key: nil, raw_headers: {}, offset: 0, partition: 0,
        timestamp: be_between(before, Time.now), received_at: be_between(before, Time.now),
        deserializers: consumer.topic.deserializers
      )
      expect(consumer.messages.metadata.scheduled_at).to be_between(before, Time.now)
    end

    it "delivers a tombstone" do
      karafka.produce(nil, key: "k")
      expect(consumer.messages.first).to be_tombstone
    end

    it "leaves the metadata of its caller as they are" do
      metadata = { offset: 4, key: "k" }.freeze
      2.times { karafka.produce("x", metadata) }
      expect(metadata).to eq(offset: 4, key: "k")
      expect(consumer.messages.map(&:offset)).to eq([4, 4])
    end

    it "delivers nothing of another topic or group to it" do
      karafka.consumer_for(:payments)
      karafka.produce("x", topic: "payments")
      karafka.produce("x", consumer_group: "audit")
      expect(consumer.messages).to be_nil
    end

    it "delivers what code under test dispatches" do
      consumer
      Karafka.producer.produce_many_sync([{ topic: "orders", payload: "1" },
                                          { topic: :orders, payload: "2" }])
      handle = Karafka.producer.produce_async(topic: "orders", payload: "3")
      expect(handle.wait.offset).to eq(2)
      expect(consumer.messages.raw_payloads).to eq(%w[1 2 3])
    end

    it "refuses what the producer refuses, and keeps nothing of it" do
      expect { karafka.produce("x", key: "") }.to raise_error(WaterDrop::Errors::MessageInvalidError)
      expect([karafka.produced_messages, karafka.consumer_messages, consumer.messages]).to eq([[], [], nil])
    end

    it "passes the middleware of the producer" do
      middleware = WaterDrop::Middleware.new.tap do |steps|
        steps.append(lambda { |one|
                       one.merge(key: "stepped")
                     })
      end
      allow(Karafka.producer).to receive(:middleware).and_return(middleware)
      karafka.produce("x", offset: 7)
      expect(consumer.messages.first).to have_attributes(key: "stepped", offset: 7)
    end
  end

  describe "a run" do
    let(:consumer) { karafka.consumer_for(:orders) }

    it "marks, and dispatches through the same producer" do
      2.times { |number| karafka.produce(number.to_s) }
      consumer.consume
      expect(consumer.coordinator.seek_offset).to eq(2)
      expect(karafka.produced_messages.last).to eq(topic: "totals", payload: "2")
    end

    it "asks the client that specs replace or watch" do
      allow(consumer.client).to receive(:mark_as_consumed).and_return(false)
      karafka.produce("x")
      consumer.consume
      expect(consumer.client).to have_received(:mark_as_consumed).with(consumer.messages.first, nil)
      expect(consumer.seek_offset).to eq(0)
    end

    it "moves back where an older message is marked" do
      [nil, 42, 2].each { |offset| karafka.produce("x", offset:) }
      consumer.consume
      expect(consumer.seek_offset).to eq(3)
      expect([consumer.mark_as_consumed!(consumer.messages.first), consumer.seek_offset]).to eq([true, 1])
    end

    it "loses its partition where the client says so, and for good" do
      karafka.produce("x")
      allow(consumer.client).to receive(:assignment_lost?).and_return(true, false)
      expect(consumer.mark_as_consumed(consumer.messages.first)).to be(false)
      expect([consumer.send(:revoked?), consumer.commit_offsets]).to eq([true, false])
      expect(consumer.seek_offset).to eq(0)
    end

    it "takes what specs say about its coordinator" do
      allow(consumer.coordinator).to receive_messages(attempt: 3, revoked?: true, eofed?: true)
      states = %i[attempt retrying? revoked? eofed?].map { |name| consumer.send(name) }
      expect(states).to eq([3, true, true, true])
    end

    it "dispatches through a producer that specs give it" do
      consumer.producer = instance_double(WaterDrop::Producer, produce_async: :mine)
      karafka.produce("x")
      expect([consumer.consume, karafka.produced_messages.size]).to eq([:mine, 1])
    end

    it "has what features add to consumers of its topic" do
      insightful = karafka.consumer_for(:insightful)
      expect([insightful.insights, insightful.insights?]).to eq([{}, false])
    end

    it "pauses, resumes, seeks and commits without a broker" do
      karafka.produce("x")
      consumer.send(:pause, 0, 1_000)
      consumer.send(:pause, Time.now, 1_000)
      consumer.send(:resume)
      consumer.send(:seek, :earliest)
      expect([consumer.seek_offset, consumer.commit_offsets,
              consumer.commit_offsets!]).to eq([nil, true, true])
    end

    it "lets errors of the consumer's own code through, without an event" do
      told = []
      Karafka.monitor.subscribe("error.occurred") { |event| told << event }
      allow(consumer).to receive(:messages).and_raise(ArgumentError, "mine")
      expect { consumer.consume }.to raise_error(ArgumentError, "mine")
      expect(told).to be_empty
    end

    it "extends the batch that is walked when the consumer dispatches to its own topic" do
      karafka.produce("0")
      seen = consumer.messages.map do |message|
        karafka.produce("again") if message.offset < 2
        message.raw_payload
      end
      expect(seen).to eq(%w[0 again again])
    end
  end

  describe "#consumer_messages" do
    let(:consumer) { karafka.consumer_for(:orders) }

    it "is the live Array behind the batch" do
      2.times { |number| karafka.produce(number.to_s) }
      karafka.consumer_messages.shift
      expect(consumer.messages.raw_payloads).to eq(["1"])
      expect(karafka.consumer_messages).to equal(_karafka_consumer_messages)
    end
  end

  describe "#produced_messages" do
    let(:consumer) { karafka.consumer_for(:orders) }

    it "is empty in each example" do
      expect(karafka.produced_messages).to eq([])
      karafka.produce("x")
    end

    it "is empty in each other example, too" do
      expect(karafka.produced_messages).to eq([])
      karafka.produce("x")
    end

    it "has the keys that were given, also unknown ones, and the payload" do
      karafka.produce("x", key: "k", mine: 1, "text" => 2, offset: 9)
      karafka.produce_to(consumer, nil)
      expect(karafka.produced_messages).to eq(
        [{ topic: "orders", payload: "x", key: "k", mine: 1, "text" => 2 },
         { topic: "orders", payload: nil, consumer_group: "shop" }]
      )
    end

    it "has settings of the topic where the dispatch has some" do
      karafka.produce("x", topic: :orders)
      Karafka.producer.with(topic_config: { acks: 1 }).produce_sync(topic: "orders", payload: "y")
      expect(karafka.produced_messages).to eq(
        [{ topic: "orders", payload: "x", topic_config: {} },
         { topic: "orders", payload: "y", topic_config: { acks: 1 } }]
      )
    end
  end
end
