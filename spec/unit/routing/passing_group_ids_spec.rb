# frozen_string_literal: true

require_relative "routes_context"
require "securerandom"

RSpec.describe Karafka::Routing::PassingGroupIds do
  include_context "with empty routes"

  let(:logger) { instance_double(Karafka::Instrumentation::Logger, warn: nil) }

  before do
    allow(Karafka).to receive(:logger).and_return(logger)
    allow(Process).to receive(:pid).and_return(4711)
  end

  ["shop-4711", "4711.shop", "shop_#{SecureRandom.uuid}"].each do |id|
    it "warns of #{id.sub(/\h{8}-.*/, "a UUID")}, once, and takes it verbatim (H-302)" do
      draw("a", group: id)
      routes.draw

      expect(logger).to have_received(:warn).with(/consumer group #{id} /).once
      expect(routes.first.id).to eq(id)
    end
  end

  it "has nothing against other numbers" do
    %w[shop-47112 shop-14711 shop-2026-11-29 shop].each { |id| draw("a", group: id) }

    expect(logger).not_to have_received(:warn)
  end

  it "has nothing against the small numbers that processes of containers have" do
    allow(Process).to receive(:pid).and_return(1)
    draw("a", group: "shop-1")

    expect(logger).not_to have_received(:warn)
  end
end
