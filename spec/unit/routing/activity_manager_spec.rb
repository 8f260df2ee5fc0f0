# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Routing::ActivityManager do
  subject(:manager) { described_class.new }

  described_class::KINDS.each do |kind|
    describe kind.to_s do
      it "is active without lists" do
        expect(manager.active?(kind, "a")).to be(true)
      end

      it "runs only what is included once something is" do
        manager.include(kind, "a")

        expect([manager.active?(kind, "a"), manager.active?(kind, "b")]).to eq([true, false])
      end

      it "runs all but what is excluded" do
        manager.exclude(kind, "a")

        expect([manager.active?(kind, "a"), manager.active?(kind, "b")]).to eq([false, true])
      end

      it "lets inclusion beat exclusion" do
        manager.include(kind, "a")
        manager.exclude(kind, "a")

        expect(manager.active?(kind, "a")).to be(true)
      end
    end
  end

  it "keeps kinds apart" do
    manager.include(:topics, "a")

    expect(manager.active?(:consumer_groups, "b")).to be(true)
  end

  it "shows all six lists" do
    manager.include(:topics, "a")
    manager.exclude(:consumer_groups, "b")

    expect(manager.to_h).to eq(
      include_consumer_groups: [], include_subscription_groups: [], include_topics: ["a"],
      exclude_consumer_groups: ["b"], exclude_subscription_groups: [], exclude_topics: []
    )
  end

  it "gives lists away that change nothing" do
    manager.to_h[:include_topics] << "a"

    expect(manager.active?(:topics, "b")).to be(true)
  end

  it "forgets" do
    manager.include(:topics, "a")
    manager.clear

    expect(manager.active?(:topics, "b")).to be(true)
  end

  it "refuses other kinds" do
    %i[include exclude active?].each do |action|
      expect { manager.public_send(action, :partitions, "a") }
        .to raise_error(Karafka::Errors::UnsupportedCaseError, /partitions/)
    end
  end
end
