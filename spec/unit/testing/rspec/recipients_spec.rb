# frozen_string_literal: true

require_relative "../../spec_helper"
require_relative "../helpers_app"
require "karafka/testing/rspec/helpers"

RSpec.describe Karafka::Testing::RSpec::Helpers do
  include HelpersApp
  include described_class

  describe "whom a message is for" do
    it "is the consumer of the group that it names" do
      shop = karafka.consumer_for(:shared, :shop)
      audit = karafka.consumer_for(:shared, :audit)
      karafka.produce_to(audit, "x")
      expect([shop.messages, audit.messages.size]).to eq([nil, 1])
      karafka.produce("y", topic: "shared", consumer_group: "shop")
      expect(shop.messages.last.raw_payload).to eq("y")
    end

    it "is nobody where several consumers could be meant" do
      consumers = %i[shop audit].map { |group| karafka.consumer_for(:shared, group) }
      karafka.produce("x", topic: "shared")
      expect(consumers.map(&:messages)).to eq([nil, nil])
    end

    it "is the only consumer of the topic, in its newest instance" do
      older = karafka.consumer_for(:orders)
      newer = karafka.consumer_for(:orders)
      karafka.consumer_for(:payments)
      karafka.produce("x", topic: "orders")
      expect([older.messages, newer.messages.size]).to eq([nil, 1])
    end

    it "is, without a topic, the consumer built last" do
      karafka.consumer_for(:orders)
      last = karafka.consumer_for(:payments)
      karafka.produce("x")
      expect(last.messages.size).to eq(1)
    end

    it "is nobody without a topic and without a consumer: that is refused" do
      expect { karafka.produce("x") }.to raise_error(WaterDrop::Errors::MessageInvalidError)
    end

    it "keeps one batch for all consumers of an example" do
      consumers = %i[orders payments].map { |topic| karafka.consumer_for(topic) }
      karafka.produce_to(consumers[0], "1")
      karafka.produce_to(consumers[1], "2")
      places = consumers[1].messages.map { |one| [one.topic, one.offset] }
      expect(places).to eq([["orders", 0], ["payments", 1]])
    end

    context "when `consumer` is something else" do
      let(:consumer) { Struct.new(:name).new("a customer") }

      it "ignores it, but cannot take a topic from it" do
        orders = karafka.consumer_for(:orders)
        karafka.produce("x", topic: "orders")
        expect(orders.messages.size).to eq(1)
        expect { karafka.produce("x") }.to raise_error(NoMethodError, /topic/)
      end
    end

    context "when `consumer` is of another group than the message names" do
      let(:consumer) { karafka.consumer_for(:shared, :shop) }

      it "finds the one of that group" do
        audit = karafka.consumer_for(:shared, :audit)
        consumer
        karafka.produce("x", consumer_group: "audit")
        expect([audit.messages.size, consumer.messages]).to eq([1, nil])
      end
    end
  end

  describe "what deserializes" do
    let(:consumer) { karafka.consumer_for(:typed) }

    it "is what the routes say, unless the message brings its own" do
      own = Struct.new(:payload, :key, :headers).new(->(_) { :own }, ->(_) {}, ->(_) {})
      karafka.produce("x", key: "y", headers: { "z" => "1" })
      karafka.produce("x", deserializers: own)
      first, second = consumer.messages.to_a
      expect([first.payload, first.key, first.headers, second.payload]).to eq(["p:x", "k:y", ["z"], :own])
    end
  end

  describe HelpersApp::OrdersConsumer do
    context "with a subject alone" do
      subject(:orders) { karafka.consumer_for(:orders) }

      it "delivers to the subject and takes the topic from it" do
        karafka.produce("1")
        karafka.produce("2", topic: "orders")
        expect(orders.messages.raw_payloads).to eq(%w[1 2])
      end

      it "does not look further when the subject is of another topic" do
        payments = karafka.consumer_for(:payments)
        karafka.produce("1", topic: "payments")
        expect([payments.messages, orders.messages]).to eq([nil, nil])
      end
    end

    it "takes no implicit subject, which nobody configured" do
      orders = karafka.consumer_for(:orders)
      karafka.produce("1")
      karafka.produce("2", topic: "orders")
      expect(orders.messages.size).to eq(2)
    end
  end
end
