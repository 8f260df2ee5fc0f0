# frozen_string_literal: true

# The app of `bin/demo`: an ordinary boot file. `karafka server` in this folder runs it as well, with
# KAFKA=host:port.

require "logger"
require "karafka"
require_relative "app/receipts"
require_relative "app/orders_consumer"

# Takes orders.
class DemoApp < Karafka::App
  setup do |config|
    config.kafka = {
      "bootstrap.servers": ENV.fetch("KAFKA", "127.0.0.1:9092"),
      # The broker that bin/demo brings along answers a fetch that found nothing no earlier.
      "fetch.wait.max.ms": 10
    }
    config.client_id = "demo"
    config.group_id = ENV.fetch("DEMO_GROUP", "demo")
    config.logger = Logger.new($stderr, level: Logger::WARN)
    config.concurrency = 4
    config.max_messages = 1_000
    # An order is not kept waiting for a full batch.
    config.max_wait_time = 100
    config.shutdown_timeout = 10_000
  end

  routes.draw do
    topic(ENV.fetch("DEMO_TOPIC", "orders")) { consumer OrdersConsumer }
  end
end
