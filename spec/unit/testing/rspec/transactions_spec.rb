# frozen_string_literal: true

require_relative "../../spec_helper"
require_relative "../helpers_app"
require "karafka/testing/rspec/helpers"

RSpec.describe Karafka::Testing::RSpec::Helpers, kafka: { "transactional.id": "helpers" } do
  include HelpersApp
  include described_class

  let(:consumer) { karafka.consumer_for(:orders) }

  it "delivers at the commit, with the offsets that were given" do
    Karafka.producer.transaction do
      karafka.produce("1", offset: 7)
      Karafka.producer.produce_async(topic: "orders", payload: "2")
      expect([karafka.produced_messages, consumer.messages]).to eq([[], nil])
    end
    expect(karafka.produced_messages).to eq(%w[1 2].map { |payload| { topic: "orders", payload: } })
    expect(consumer.messages.map(&:offset)).to eq([7, 1])
  end

  it "forgets what was aborted, and goes on" do
    Karafka.producer.transaction do
      karafka.produce("1")
      raise WaterDrop::AbortTransaction
    end
    expect([karafka.produced_messages, consumer.messages]).to eq([[], nil])
    expect(karafka.produce("2").offset).to eq(1)
    expect(consumer.messages.raw_payloads).to eq(["2"])
  end

  it "forgets what an error rolled back, and lets the error through" do
    expect do
      Karafka.producer.transaction do
        karafka.produce("1")
        raise ArgumentError, "mine"
      end
    end.to raise_error(ArgumentError, "mine")
    expect(karafka.produced_messages).to be_empty
  end

  it "takes offsets of a consumer into it" do
    karafka.produce("1")
    Karafka.producer.transaction do
      Karafka.producer.transaction_mark_as_consumed(consumer.client, consumer.messages.first)
    end
    expect(_karafka_producer_client.send_offsets_to_transaction(nil, nil, 1)).to be_nil
  end
end

RSpec.describe Karafka::Testing::RSpec::Helpers do
  include HelpersApp
  include described_class

  it "refuses a transaction of a producer that has none" do
    expect { Karafka.producer.transaction { nil } }
      .to raise_error(WaterDrop::Errors::ProducerNotTransactionalError)
  end
end
