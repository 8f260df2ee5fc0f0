# frozen_string_literal: true

require_relative "../spec_helper"
require "waterdrop"

RSpec.describe WaterDrop::Polling::Poller do
  subject(:poller) { described_class.new }

  def build
    WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": "127.0.0.1:1", log_level: 0 }
      config.polling.mode = :fd
      config.polling.poller = poller
    end
  end

  it "takes a producer while its thread looks through the others" do
    first = build
    second = build
    outcome = Queue.new
    allow(first.config.polling.fd).to receive(:max_time) do
      outcome << [second.client.class, poller.count]
      100
    rescue StandardError => e
      outcome << e
      100
    end
    first.client
    expect(outcome.pop).to eq([second.client.class, 2])
  ensure
    [first, second].each { |producer| producer&.close! }
  end
end
