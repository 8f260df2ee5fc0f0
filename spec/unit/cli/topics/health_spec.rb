# frozen_string_literal: true

require_relative "../cli_helper"

RSpec.describe Karafka::Cli::Topics::Health, :fresh_app do
  include CommandLine

  # Topics of the cluster: name => replication factor and min.insync.replicas.
  def health(cluster, declared: cluster.keys)
    declared.each { |name| Karafka::App.declaratives.topic(name) }
    topics = cluster.map do |name, (replicas, _)|
      { topic_name: name, partition_count: 1, partitions: [{ replica_count: replicas }] }
    end
    allow(Karafka::Admin).to receive(:cluster_info).and_return(Rdkafka::Metadata.new([], topics))
    allow(Karafka::Admin::Configs).to receive(:describe) do |resource|
      isr = Karafka::Admin::Configs::Config.new(name: "min.insync.replicas",
                                                value: cluster.fetch(resource.name).last)
      [resource.class.new(type: :topic, name: resource.name, configs: [isr])]
    end
    found = nil
    output, = with_arguments("topics", "health") { found = described_class.new.call }
    [found, output]
  end

  it "finds topics that lose data or stop with one broker" do
    found, output = health({ "single" => [1, 1], "stuck" => [3, 3], "weak" => [3, 1], "fine" => [3, 2] })

    expect(found).to be(true)
    lines = output.lines.map(&:chomp)
    expect(lines[0]).to match(/No redundancy.*: single\z/)
    expect(lines[1]).to match(/Zero fault tolerance.*: stuck\z/)
    expect(lines[2]).to match(/Low durability.*: weak\z/)
    expect(output).not_to include("fine")
    expect(output).to include("Recommendations:")
  end

  it "says so when all is well" do
    expect(health({ "fine" => [3, 2] })).to match([false, /All topics are healthy/])
  end

  it "looks at declared topics only" do
    expect(health({ "single" => [1, 1], "fine" => [3, 2] }, declared: ["fine"]).first).to be(false)
  end
end
