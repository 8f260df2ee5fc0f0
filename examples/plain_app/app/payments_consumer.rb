# frozen_string_literal: true

# Takes payments, and marks each one itself: what was paid is not asked for again.
class PaymentsConsumer < Karafka::BaseConsumer
  def consume
    messages.each do |message|
      puts "Paid: order #{message.payload["order"]}, #{message.payload["cents"]} cents, by #{message.key}"
      mark_as_consumed(message)
    end
  end
end
