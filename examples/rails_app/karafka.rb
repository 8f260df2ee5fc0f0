# frozen_string_literal: true

# Loaded by Rails once its own code can be: web server, console, runner and `karafka server` share it.
class KarafkaApp < Karafka::App
  setup do |config|
    config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA", "127.0.0.1:9092") }
    config.client_id = "rails-app"
    config.group_id = "#{Shop::PREFIX}-app"
    config.concurrency = 2
    config.max_wait_time = 200
    # In development consumers are built for each batch, so that they see code that was reloaded.
    config.consumer_persistence = !Rails.env.development?
  end

  Karafka.monitor.subscribe(Karafka::Instrumentation::LoggerListener.new(log_polling: false))

  routes.draw do
    topic "#{Shop::PREFIX}.orders" do
      config(partitions: 2)
      consumer OrdersConsumer
    end

    topic "#{Shop::PREFIX}.payments" do
      config(partitions: 1)
      consumer PaymentsConsumer
      manual_offset_management true
    end

    active_job_topic "#{Shop::PREFIX}.receipts" do
      config(partitions: 1)
    end
  end

  # Nobody here reads it; others do.
  declaratives.draw do
    topic("#{Shop::PREFIX}.paid_orders") do
      partitions 1
      config("cleanup.policy": "compact")
    end
  end
end
