# frozen_string_literal: true

require_relative "../../spec_helper"
require_relative "../helpers_app"
require "karafka/testing/rspec/helpers"

RSpec.describe Karafka::Testing::RSpec::Helpers do
  include HelpersApp
  include described_class

  describe "a consumer of a periodic topic" do
    let(:consumer) { karafka.consumer_for(:clicks) }

    it "ticks when the example says so, and only then" do
      karafka.produce("a")
      karafka.produce("b")
      consumer.consume
      expect(karafka.produced_messages.size).to eq(2)
      consumer.tick

      expect(karafka.produced_messages.last[:payload]).to eq("a,b")
      expect(consumer.coordinator.seek_offset).to eq(2)
    end
  end
end
