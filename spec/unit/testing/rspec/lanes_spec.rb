# frozen_string_literal: true

require_relative "../../spec_helper"
require_relative "../helpers_app"
require "karafka/testing/rspec/helpers"

RSpec.describe Karafka::Testing::RSpec::Helpers do
  include HelpersApp
  include described_class

  describe "a consumer of virtual partitions, long-running jobs and dead letters" do
    let(:consumer) { karafka.consumer_for(:fanned) }

    before do
      consumer
      %w[a b c].each { |key| karafka.produce("x", key:) }
    end

    it "has the whole batch, in one lane that is not collapsed" do
      consumer.consume

      expect(consumer.messages.map(&:raw_key)).to eq(%w[a b c])
      expect([consumer.send(:collapsed?), consumer.send(:failing?), consumer.send(:attempt)])
        .to eq([false, false, 0])
    end

    it "marks, seeks and pauses as any other" do
      consumer.consume
      expect(consumer.coordinator.seek_offset).to eq(3)
      consumer.send(:seek, 1)
      consumer.send(:pause, 2, 10)

      expect(consumer.coordinator.manual_pause?).to be(true)
    end

    it "synchronizes, asks for a collapse, and dispatches dead letters itself" do
      consumer.consume
      expect(consumer.send(:synchronize) { :inside }).to eq(:inside)
      expect(consumer.send(:collapse_until!, 2)).to be_nil
      consumer.send(:dispatch_to_dlq, consumer.messages.first)

      expect(karafka.produced_messages.map { |message| message[:topic] }).to include("failed")
    end
  end
end
