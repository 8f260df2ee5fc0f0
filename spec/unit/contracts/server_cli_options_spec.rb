# frozen_string_literal: true

require_relative "../routing/routes_context"

RSpec.describe Karafka::Contracts::ServerCliOptions do
  include_context "with empty routes"

  before do
    klass = consumer
    routes.draw do
      consumer_group(:one) { subscription_group(:fast) { topic(:a) { consumer(klass) } } }
      consumer_group(:two) { subscription_group(:slow) { topic(:b) { consumer(klass) } } }
      consumer_group(:three) { topic(:off) { active(false) } }
    end
  end

  def errors(**options)
    described_class.new.call(options, scope: ["cli"]).errors
  end

  it "takes no filters, and names that are routed" do
    expect(errors).to be_empty
    expect(errors(include_consumer_groups: ["one"], include_subscription_groups: ["fast"],
                  include_topics: ["a"])).to be_empty
    expect(errors(exclude_consumer_groups: ["one"], exclude_subscription_groups: ["fast"],
                  exclude_topics: ["a"])).to be_empty
  end

  it "takes what the activity manager holds" do
    activity_manager.include(:topics, "a")

    expect(described_class.new.validate!(activity_manager.to_h, scope: ["cli"])).to be(true)
  end

  {
    include_consumer_groups: "consumer group", include_subscription_groups: "subscription group",
    include_topics: "topic", exclude_consumer_groups: "consumer group",
    exclude_subscription_groups: "subscription group", exclude_topics: "topic"
  }.each do |list, kind|
    it "refuses unknown names in #{list}" do
      expect(errors(list => ["nope"])).to eq("cli.#{list}": %(Unknown #{kind} name: "nope"))
    end
  end

  it "takes unknown topics to exclude where a pattern may find them, not to include" do
    klass = consumer
    routes.draw { pattern(:shop, /shop_.*/) { consumer(klass) } }

    expect(errors(exclude_topics: ["shop_eu"])).to be_empty
    expect(errors(include_topics: ["shop"], exclude_topics: ["shop_eu"])).to be_empty
    expect(errors(include_topics: ["shop_eu"])).to eq("cli.include_topics": 'Unknown topic name: "shop_eu"')
  end

  it "reports the first failing list only, in order" do
    lists = %i[
      include_consumer_groups include_subscription_groups include_topics
      exclude_consumer_groups exclude_subscription_groups exclude_topics
    ]
    (0...lists.size).each do |from|
      expect(errors(**lists.drop(from).to_h { |list| [list, ["nope"]] }).keys).to eq([:"cli.#{lists[from]}"])
    end
  end

  it "refuses filters that leave nothing" do
    [
      { exclude_topics: %w[a b] }, { exclude_consumer_groups: %w[one two] }, { include_topics: ["off"] },
      { include_topics: ["a"], exclude_consumer_groups: ["one"] },
      { include_consumer_groups: ["one"], include_topics: ["b"] }
    ].each do |options|
      expect(errors(**options)).to eq("cli.include_topics": "No topics to subscribe to")
    end
  end

  it "lets inclusion beat exclusion" do
    expect(errors(include_topics: ["a"], exclude_topics: ["a"])).to be_empty
  end

  it "knows inactive topics" do
    expect(errors(exclude_topics: ["off"])).to be_empty
  end

  it "raises with the given scope" do
    expect { described_class.new.validate!({ include_topics: ["nope"] }, scope: %w[swarm cli]) }
      .to raise_error(Karafka::Errors::InvalidConfigurationError, /swarm\.cli\.include_topics/)
  end

  it "changes neither routes nor filters" do
    errors(include_topics: ["a"])

    expect(activity_manager.to_h.values).to all(be_empty)
  end
end
