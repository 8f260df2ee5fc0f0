# frozen_string_literal: true

# Asks for the payment of each order. Offsets are marked after each batch by themselves.
class OrdersConsumer < Karafka::BaseConsumer
  def consume
    payments = messages.payloads.map do |order|
      { topic: "#{ShopApp::PREFIX}.payments", key: order["customer"],
        payload: { order: order["id"], cents: order["cents"] }.to_json }
    end
    produce_many_async(payments)
    puts "#{messages.size} orders of partition #{partition}"
  end

  def shutdown
    puts "No more orders of partition #{partition}"
  end
end
