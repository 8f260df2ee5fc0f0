# frozen_string_literal: true

require "rails_helper"

RSpec.describe PaymentsConsumer do
  subject(:consumer) { karafka.consumer_for("shop.payments") }

  let!(:order) { Order.create!(number: 7, customer: "ada", cents: 250) }

  before { karafka.produce({ number: 7 }.to_json) }

  it "takes the money and tells who wants to know" do
    consumer.consume

    expect(order.reload.paid_at).not_to be_nil
    told = { topic: "shop.paid_orders", key: "7", payload: '{"cents":250}' }
    expect(karafka.produced_messages).to include(told)
  end

  it "asks for a receipt" do
    consumer.consume

    job = karafka.produced_messages.find { |message| message[:topic] == "shop.receipts" }
    expect(JSON.parse(job[:payload])).to include("job_class" => "ReceiptJob")
    expect(job[:key]).to eq("ada")
  end

  it "takes it once, and marks the message again" do
    order.update!(paid_at: 1.day.ago)
    allow(consumer.client).to receive(:mark_as_consumed).and_call_original
    consumer.consume

    expect(karafka.produced_messages.map { |message| message[:topic] }).to eq(["shop.payments"])
    expect(consumer.client).to have_received(:mark_as_consumed).once
  end
end
