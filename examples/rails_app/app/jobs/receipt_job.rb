# frozen_string_literal: true

# Sends the receipt of an order.
class ReceiptJob < ApplicationJob
  queue_as "#{Shop::PREFIX}.receipts"
  karafka_options dispatch_method: :produce_sync, partitioner: ->(job) { job.arguments.first.customer }

  def perform(order)
    order.update!(receipt_at: Time.current)
    Rails.logger.info("Receipt of order #{order.number}")
  end
end
