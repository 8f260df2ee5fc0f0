# frozen_string_literal: true

require_relative "../../spec_helper"
require_relative "../helpers_app"
require "karafka/testing/rspec/helpers"

RSpec.describe Karafka::Testing::RSpec::Helpers do
  include HelpersApp
  include described_class

  describe "a consumer of a topic with filters" do
    let(:consumer) { karafka.consumer_for(:filtered) }

    it "has every message that was produced: filters are neither made nor asked" do
      consumer
      karafka.produce("old", timestamp: Time.now - 3_600)
      karafka.produce("young")
      consumer.consume

      expect(consumer.messages.raw_payloads).to eq(%w[old young])
      expect(consumer.coordinator.seek_offset).to eq(2)
    end
  end
end
