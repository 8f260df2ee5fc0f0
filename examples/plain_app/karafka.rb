# frozen_string_literal: true

# The boot file: `karafka server` and `produce.rb` both load it.

# Lines appear at once, also where the output is a pipe.
$stdout.sync = true

require "karafka"
require_relative "app/orders_consumer"
require_relative "app/payments_consumer"

# A small shop without Rails.
class ShopApp < Karafka::App
  # Lets several shops share a cluster.
  PREFIX = ENV.fetch("SHOP_PREFIX", "shop")

  setup do |config|
    config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA", "127.0.0.1:9092") }
    config.client_id = "plain-app"
    config.group_id = "#{PREFIX}-app"
    config.concurrency = 2
    config.max_wait_time = 200
  end

  # What `karafka topics create` makes.
  declaratives.draw do
    topic("#{PREFIX}.orders") { partitions 2 }
    topic("#{PREFIX}.payments") { partitions 1 }
  end

  routes.draw do
    topic("#{PREFIX}.orders") { consumer OrdersConsumer }

    topic("#{PREFIX}.payments") do
      consumer PaymentsConsumer
      manual_offset_management true
    end
  end
end

Karafka.monitor.subscribe(Karafka::Instrumentation::LoggerListener.new(log_polling: false))
