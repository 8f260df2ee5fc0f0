# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe "batch_linger of Karafka::Routing::Topic" do
  include_context "with empty routes"

  it "is nil by default, else the root value, else the topic's" do
    expect(draw_topic("a").batch_linger).to be_nil
    config.batch_linger = 7
    expect(draw_topic("b").batch_linger).to eq(7)
    expect(draw_topic("c") { batch_linger 0 }.to_h[:batch_linger]).to eq(0)
  end

  it "gives topics that differ in it a connection each" do
    draw("a")
    draw("b") { batch_linger 5 }
    draw("c") { batch_linger 5 }

    groups = routes.first.subscription_groups
    expect(groups.map do |group|
             [group.batch_linger, group.topics.map(&:name)]
           end).to eq([[nil, %w[a]], [5, %w[b c]]])
  end
end
