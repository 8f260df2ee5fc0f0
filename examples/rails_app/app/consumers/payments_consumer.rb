# frozen_string_literal: true

# Takes the money, one order at a time: each is marked when it is through.
class PaymentsConsumer < ApplicationConsumer
  def consume
    messages.each do |message|
      pay(Order.find_by!(number: message.payload.fetch("number")))
      mark_as_consumed(message)
    end
  end

  private

  def pay(order)
    return if order.paid_at

    order.update!(paid_at: Time.current)
    producer.produce_sync(topic: "#{Shop::PREFIX}.paid_orders", key: order.number.to_s,
                          payload: { cents: order.cents }.to_json)
    ReceiptJob.perform_later(order)
  end
end
