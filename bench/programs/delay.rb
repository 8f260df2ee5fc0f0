# frozen_string_literal: true

# An ordinary Karafka app that measures how long each message of `limit pace` was on its way. LINGER
# sets `batch_linger`, which only we have.

require "karafka"
require_relative "delays"

DELAYS = Delays.new(Integer(ENV.fetch("MESSAGES")))

# The consumer under test.
class DelayConsumer < Karafka::BaseConsumer
  def consume = DELAYS.add(messages.map(&:raw_payload))
end

# The app under test.
class DelayApp < Karafka::App
  setup do |config|
    config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA"), "auto.offset.reset": "earliest" }
    config.client_id = "bench"
    config.group_id = ENV.fetch("GROUP")
    config.batch_linger = Integer(ENV["LINGER"]) if ENV["LINGER"]
  end

  routes.draw do
    topic(ENV.fetch("TOPIC")) { consumer DelayConsumer }
  end
end

Karafka::Server.run
