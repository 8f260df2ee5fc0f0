# frozen_string_literal: true

require "json"
require "tmpdir"
require_relative "admin_doubles"

RSpec.describe Karafka::Admin::Replication do
  let(:brokers) { [1, 2, 3] }
  let(:replicas) { [[2], [3], [1]] }
  let(:client) do
    cluster = Struct.new(:brokers, :replicas) do
      def topic(name)
        partitions = replicas.each_with_index.map do |own, id|
          { partition_id: id, replica_count: own.size, replicas: own }
        end
        { topic_name: name, partitions: }
      end

      def metadata = Rdkafka::Metadata.new(brokers.map { |id| { broker_id: id } }, [])
    end
    cluster.new(brokers, replicas)
  end
  let(:operations) do
    described_class.new.tap { |one| allow(one).to receive(:with_admin).and_yield(client) }
  end

  def plan(to, brokers: nil) = operations.plan(topic: "t", to:, brokers:)

  it "keeps the replicas there are and adds others, spread over the rest" do
    expect(plan(2).partitions_assignment).to eq(0 => [1, 2], 1 => [2, 3], 2 => [1, 2])
    expect(plan(3).partitions_assignment).to eq(0 => [1, 2, 3], 1 => [1, 2, 3], 2 => [1, 2, 3])
    expect(plan(3)).to have_attributes(current_replication_factor: 1, target_replication_factor: 3,
                                       topic: "t")
  end

  it "leaves partitions alone that have more than the target" do
    replicas.replace([[1], [1, 2, 3]])

    expect(plan(2).partitions_assignment[1]).to eq([1, 2, 3])
  end

  it "takes an assignment by hand" do
    by_hand = { 0 => [2, 1], 1 => [3, 1], 2 => [1, 2] }

    expect(plan(2, brokers: by_hand).partitions_assignment).to eq(by_hand)
  end

  it "spreads a topic evenly over all brokers" do
    replicas.replace([[1, 2], [1, 2], [1, 2]])
    plan = operations.rebalance(topic: "t")

    expect(plan.partitions_assignment).to eq(0 => [1, 2], 1 => [2, 3], 2 => [3, 1])
    expect(plan).to have_attributes(current_replication_factor: 2, target_replication_factor: 2)
  end

  it "refuses a wish that cannot be, naming the argument" do
    { "2" => /Integer/, 0 => /at least 1/, nil => /Integer/, 1 => /above the current 1/, 4 => /brokers, 3/ }
      .each do |to, reason|
        expect { plan(to) }.to raise_error(Karafka::Errors::InvalidConfigurationError) { |e|
          expect(e.message).to match(/:to/).and match(reason)
        }
      end
  end

  it "refuses an assignment that cannot be, naming the argument" do
    {
      [1] => /Hash/, { 0 => [1, 2] } => /lacks the partitions 1, 2/,
      { 0 => [1, 2], 1 => [1, 2], 2 => [1, 2], 3 => [1, 2] } => /do not exist: 3/,
      { 0 => [1], 1 => [1, 2], 2 => [1, 2] } => /needs 2 brokers for partition 0/,
      { 0 => [1, 2], 1 => [1, 1], 2 => [1, 2] } => /twice for partition 1/,
      { 0 => [1, 9], 1 => [1], 2 => [1, 2] } => /needs 2 brokers for partition 1/,
      { 0 => [1, 9], 1 => [2, 2], 2 => [1, 2] } => /twice for partition 1/,
      { 0 => [1, 2], 1 => [1, 9], 2 => [1, 2] } => /unknown brokers for partition 1: 9/
    }.each do |brokers, reason|
      expect { plan(2, brokers:) }.to raise_error(Karafka::Errors::InvalidConfigurationError) { |e|
        expect(e.message).to match(/:brokers/).and match(reason)
      }
    end
  end

  it "is frozen and says how it is carried out" do
    plan = plan(2)

    expect(plan).to be_frozen
    expect(JSON.parse(plan.reassignment_json)).to eq(
      "version" => 1,
      "partitions" => [[0, [1, 2]], [1, [2, 3]], [2, [1, 2]]].map do |partition, own|
        { "topic" => "t", "partition" => partition, "replicas" => own }
      end
    )
    expect(JSON.parse(plan.topics_to_move_json)).to eq("version" => 1, "topics" => [{ "topic" => "t" }])
    expect(plan.execution_commands.keys).to eq(%i[generate execute verify])
    expect(plan.execution_commands.values).to all(include("kafka-reassign-partitions.sh", "<KAFKA_BROKERS>"))
    expect(plan.execution_commands[:generate]).to include("topics-to-move.json")
    expect(plan.steps).to all(be_a(String))
    expect(plan.summary).to include("t", "1 to 2")
  end

  it "writes both files and returns their paths" do
    Dir.mktmpdir do |folder|
      plan = plan(2)
      path = plan.export_to_file(File.join(folder, "a.json"))
      topics = plan.export_topics_to_move_file(File.join(folder, "b.json"))

      expect(File.read(path)).to eq(plan.reassignment_json)
      expect(File.read(topics)).to eq(plan.topics_to_move_json)
    end
  end
end
