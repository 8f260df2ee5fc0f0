# frozen_string_literal: true

require_relative "admin_helper"

RSpec.describe Karafka::Admin::Configs do
  include AdminExamples

  def resource(name, type: :topic) = described_class::Resource.new(type:, name:)

  def value(topic, setting)
    described_class.describe(resource(topic)).first.configs.find { |config| config.name == setting }.value
  end

  it "describes topics and brokers in one request, settings sorted by name" do
    topic = create_topic("describe", retention_ms: 1_234_567)
    broker = admin.cluster_info.brokers.first[:broker_id]
    of_topic, of_broker = described_class.describe([resource(topic.to_sym), resource(broker, type: 4)])

    expect(of_topic).to have_attributes(type: :topic, name: topic)
    expect(of_topic.configs).to be_frozen
    expect(of_topic.configs.map(&:name)).to eq(of_topic.configs.map(&:name).sort)
    retention = of_topic.configs.find { |config| config.name == "retention.ms" }
    expect(retention).to have_attributes(value: "1234567", default?: false, read_only?: false,
                                         synonym?: false)
    expect(retention.synonyms.map(&:name)).to include("retention.ms")
    expect(of_broker.type).to eq(:broker)
    expect(of_broker.configs.find do |config|
             config.name == "broker.id"
           end).to have_attributes(read_only?: true)
  end

  it "changes only what is named" do
    topic = create_topic("alter", retention_ms: 1_000_000, cleanup_policy: "delete")
    changes = resource(topic)
    changes.append("cleanup.policy", "compact")
    changes.delete("retention.ms")
    changes.set(:"segment.ms", 70_000)

    expect(described_class.alter(changes).first).to have_attributes(name: topic, configs: [])
    expect(value(topic, "cleanup.policy")).to eq("delete,compact")
    expect(value(topic, "retention.ms")).to eq("604800000")
    expect(value(topic, "segment.ms")).to eq("70000")

    described_class.alter(resource(topic).subtract("cleanup.policy", "delete"))
    expect(value(topic, "cleanup.policy")).to eq("compact")
  end

  it "tells what Kafka refuses by its code" do
    topic = create_topic("refused")

    expect(code_of { described_class.describe }).to eq(:invalid_arg)
    expect(code_of { described_class.alter([]) }).to eq(:invalid_arg)
    expect(code_of { described_class.describe(resource(unique("none"))) }).to eq(:unknown_topic_or_part)
    expect(code_of { described_class.alter(resource(topic).set("nope", 1)) }).to eq(:invalid_config)
    expect(code_of { described_class.alter(resource(topic).set("retention.ms", "x")) }).to eq(:invalid_config)
  end
end
