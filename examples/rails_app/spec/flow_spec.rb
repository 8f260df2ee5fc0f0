# frozen_string_literal: true

require "rails_helper"

# From the order to its receipt, on an embedded broker.
RSpec.describe "The shop", karafka_broker: true do
  it "takes an order, is paid and sends a receipt" do
    order = { number: 5, customer: "ada", cents: 250 }
    Karafka.producer.produce_sync(topic: "shop.orders", key: "ada", payload: order.to_json)

    receipt = karafka_run_until(within: 20) { Order.find_by(number: 5)&.receipt_at }
    expect(receipt).to be > 1.minute.ago
  end
end
