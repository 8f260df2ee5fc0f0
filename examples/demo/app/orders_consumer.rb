# frozen_string_literal: true

# Writes a receipt for each order.
class OrdersConsumer < Karafka::BaseConsumer
  def consume
    Receipts.instance.take(partition, messages)
  end
end
