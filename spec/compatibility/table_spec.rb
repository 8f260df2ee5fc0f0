# frozen_string_literal: true

require_relative "../unit/spec_helper"
require_relative "table"

RSpec.describe Compatibility do
  described_class::REFUSALS.each do |refusal|
    it "refuses at boot, with the reason: #{refusal.names.join(" and ")}", :fresh_app do
      routing = refusal.routing
      Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9092" } }
      expect do
        Karafka::App.routes.draw do
          topic("events") do
            consumer Class.new(Karafka::BaseConsumer)
            instance_exec(&routing)
          end
        end
      end.to raise_error(Karafka::Errors::InvalidConfigurationError, refusal.reason)
    end
  end

  it "is what the README shows" do
    readme = File.read(File.expand_path("../../README.md", __dir__))
    expect(readme).to include(described_class.markdown)
  end
end
