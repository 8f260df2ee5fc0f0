# frozen_string_literal: true

# Writes orders down and asks for their payment. A batch may come again after a crash, so nothing here
# minds doing it twice.
class OrdersConsumer < ApplicationConsumer
  def consume
    orders = Order.transaction { messages.payloads.map { |payload| place(payload) } }

    producer.produce_many_sync(
      orders.map do |order|
        { topic: "#{Shop::PREFIX}.payments", key: order.customer, payload: { number: order.number }.to_json }
      end
    )
  end

  private

  # Writes first: a transaction that begins with reading cannot wait for another one that writes.
  def place(payload)
    Order.create_or_find_by!(number: payload.fetch("number")) do |order|
      order.customer = payload.fetch("customer")
      order.cents = payload.fetch("cents")
    end
  end
end
