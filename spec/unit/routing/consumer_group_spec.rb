# frozen_string_literal: true

require_relative "routes_context"

RSpec.describe Karafka::Routing::ConsumerGroup do
  include_context "with empty routes"

  it "has its name as id and shows itself with its topics, frozen" do
    draw("a", "b", group: :shop)
    group = routes.first

    expect([group.id, group.name]).to eq(%w[shop shop])
    expect(group.to_h).to be_frozen
    expect(group.to_h).to eq(id: "shop", topics: group.topics.map(&:to_h))
  end

  it "is active unless filtered" do
    draw("a", group: "one")
    expect(routes.first.active?).to be(true)

    activity_manager.exclude(:consumer_groups, "one")
    expect(routes.first.active?).to be(false)
  end

  it "belongs to the routes it was drawn in" do
    draw("a")

    expect(routes.first.builder).to equal(routes)
    expect(routes.first.activity_manager).to be(activity_manager)
  end

  it "does not put later topics into a subscription group whose block raised" do
    draw("a", group: "shop")
    expect { routes.draw { consumer_group(:shop) { subscription_group(:fast) { raise "broken" } } } }
      .to raise_error("broken")
    draw("b", group: "shop")

    expect(routes.first.subscription_groups.map(&:name)).not_to include("fast")
  end
end
