# frozen_string_literal: true

# The app of `bin/demo lanes`: payments, one by one, each of which waits for somebody else. In this folder
# `KAFKA=host:port LANES=8 karafka server` runs it as well; it prints a line of JSON for all that happens.

require "logger"
require "karafka"
require_relative "app/report"
require_relative "app/payments_consumer"

# Pays what is to be paid.
class LanesApp < Karafka::App
  lanes = Integer(ENV.fetch("LANES", "8"))

  setup do |config|
    config.kafka = {
      "bootstrap.servers": ENV.fetch("KAFKA", "127.0.0.1:9092"),
      # Often, so that one can watch; the default is 5,000.
      "auto.commit.interval.ms": 200,
      # The broker that bin/demo brings along answers a fetch that found nothing no earlier.
      "fetch.wait.max.ms": 10
    }
    config.client_id = "lanes"
    config.group_id = ENV.fetch("GROUP", "payments")
    config.logger = Logger.new($stderr, level: Logger::WARN)
    config.concurrency = [lanes, 8].max
    config.max_wait_time = 100
    config.pause.timeout = 100
    config.pause.max_timeout = 400
    config.shutdown_timeout = 10_000
  end

  routes.draw do
    topic(ENV.fetch("TOPIC", "payments")) do
      consumer PaymentsConsumer
      virtual_partitions(partitioner: Karafka::Native::Partitioners::Key.new, max_partitions: lanes)
      dead_letter_queue(topic: ENV.fetch("DEAD_LETTERS", "payments-failed"), max_retries: 1)
    end
  end
end

Karafka.monitor.subscribe(Report.instance)
