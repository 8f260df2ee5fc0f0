# frozen_string_literal: true

require_relative "admin_helper"

RSpec.describe Karafka::Admin::Replication do
  include AdminExamples

  it "asks for the topic first, then checks the wish" do
    topic = create_topic("replication")

    expect(code_of { admin.plan_topic_replication(topic: unique("none"), replication_factor: "x") })
      .to eq(:unknown_topic_or_part)
    expect(code_of { described_class.plan(topic: "", to: 2) }).to eq(:topic_exception)
    expect { described_class.plan(topic:, to: 2) }
      .to raise_error(Karafka::Errors::InvalidConfigurationError, /to.*number of brokers, 1/)
  end

  it "plans a rebalancing over the brokers there are" do
    topic = create_topic("replication", partitions: 2)
    broker = admin.cluster_info.brokers.first[:broker_id]
    plan = described_class.rebalance(topic:)

    expect(plan).to be_frozen
    expect(plan).to have_attributes(
      topic:, current_replication_factor: 1, target_replication_factor: 1,
      partitions_assignment: { 0 => [broker], 1 => [broker] }
    )
  end
end
