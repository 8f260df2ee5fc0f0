# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::ScheduledMessages::Contracts::Settings, :fresh_app do
  def set_up(**values)
    Karafka::App.setup do |config|
      config.kafka = { "bootstrap.servers": "127.0.0.1:1" }
      values.each { |name, value| config.scheduled_messages.public_send(:"#{name}=", value) }
    end
  end

  it "has the documented defaults, the producer being the app's" do
    set_up
    expect(Karafka::App.config.scheduled_messages.to_h).to eq(
      interval: 15_000, flush_batch_size: 1_000, producer: nil, group_id: "karafka_scheduled_messages",
      states_suffix: "_states"
    )
    expect(Karafka::ScheduledMessages.producer).to equal(Karafka.producer)
  end

  {
    interval: [0, -1, 1.5, nil], flush_batch_size: [0, "1", nil], group_id: ["", "a b", nil],
    states_suffix: ["", "ä"], producer: [false, 1]
  }.each do |name, values|
    values.each do |value|
      it "refuses #{value.inspect} as #{name}" do
        expect { set_up(name => value) }
          .to raise_error(Karafka::Errors::InvalidConfigurationError, /config\.scheduled_messages\.#{name}/)
      end
    end
  end
end
