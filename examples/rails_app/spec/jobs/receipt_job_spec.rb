# frozen_string_literal: true

require "rails_helper"

RSpec.describe ReceiptJob do
  let(:order) { Order.create!(number: 7, customer: "ada", cents: 250) }
  let(:consumer) { karafka.consumer_for("shop.receipts") }

  it "is run by the consumer of its queue" do
    consumer
    described_class.perform_later(order)
    consumer.consume

    expect(order.reload.receipt_at).not_to be_nil
  end
end
