# frozen_string_literal: true

require_relative "../cli_helper"

RSpec.describe Karafka::Cli::Topics::ConfigChanges do
  def topic(name, **details)
    Karafka::Declaratives::Topic.new(name).tap { |one| one.config(details) }
  end

  def config(name, value, *synonyms)
    Karafka::Admin::Configs::Config.new(
      name:, value:, synonyms: synonyms.map { |one| Karafka::Admin::Configs::Config.new(name: one, value:) }
    )
  end

  def changes(topics, configs)
    allow(Karafka::Admin::Configs).to receive(:describe) do |resources|
      resources.map { |one| one.class.new(type: :topic, name: one.name, configs: configs.fetch(one.name)) }
    end
    described_class.new(topics).call.to_h { |found, own| [found.name, own.map(&:to_a)] }
  end

  it "compares as text" do
    found = { "t" => [config("retention.ms", "5"), config("segment.ms", "6")] }

    expect(changes([topic("t", "retention.ms": 5, "segment.ms": 7)],
                   found)).to eq("t" => [%w[segment.ms 6 7]])
    expect(changes([topic("t", "retention.ms": 5)], found)).to eq({})
  end

  it "knows a setting by the broker's further names too" do
    found = { "t" => [config("retention.ms", "5", "retention.ms", "log.retention.ms")] }

    expect(changes([topic("t", "log.retention.ms": 5)], found)).to eq({})
    expect(changes([topic("t", "log.retention.ms": 6)], found)).to eq("t" => [%w[retention.ms 5 6]])
  end

  it "has no old value where the broker does not report the setting" do
    expect(changes([topic("t", nope: 1)], { "t" => [] })).to eq("t" => [["nope", nil, "1"]])
  end

  it "asks for nothing when nothing is declared" do
    allow(Karafka::Admin::Configs).to receive(:describe)

    expect(described_class.new([topic("t")]).call).to eq({})
    expect(Karafka::Admin::Configs).not_to have_received(:describe)
  end
end
