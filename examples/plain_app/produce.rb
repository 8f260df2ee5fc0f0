# frozen_string_literal: true

# Sends a number of orders: `ruby produce.rb [COUNT]`.

require_relative "karafka"

count = Integer(ARGV.fetch(0, "10"))
orders = Array.new(count) do |index|
  customer = "customer-#{index % 10}"
  { topic: "#{ShopApp::PREFIX}.orders", key: customer,
    payload: { id: index + 1, customer:, cents: 100 * (index + 1) }.to_json }
end

Karafka.producer.produce_many_sync(orders)
puts "Sent #{count} orders"
Karafka.producer.close
