# frozen_string_literal: true

require_relative "../../spec_helper"

RSpec.describe Karafka::Admin::Configs::Resource do
  it "takes types by name and by number, and names of any kind" do
    expect(described_class.new(type: :topic, name: :orders)).to have_attributes(type: :topic, name: "orders")
    expect(described_class.new(type: 4, name: 1)).to have_attributes(type: :broker, name: "1")
  end

  it "refuses other types" do
    [:group, 3, nil].each do |type|
      expect { described_class.new(type:, name: "x") }.to raise_error(KeyError)
    end
  end

  it "collects changes as text, in their order" do
    resource = described_class.new(type: :topic, name: "x")
    resource.set(:"retention.ms", 5)
    resource.append("cleanup.policy", "compact")
    resource.subtract("cleanup.policy", :delete)
    resource.delete("segment.ms")

    expect(resource.to_native_hash).to eq(
      resource_type: 2, resource_name: "x",
      configs: [
        %i[set].push("retention.ms", "5"), %i[append].push("cleanup.policy", "compact"),
        %i[subtract].push("cleanup.policy", "delete"), %i[delete].push("segment.ms", nil)
      ]
    )
  end

  it "sorts what was found by name" do
    configs = %w[b a].map { |name| Karafka::Admin::Configs::Config.new(name:, value: 1) }
    resource = described_class.new(type: :topic, name: "x", configs:)

    expect(resource.configs.map(&:name)).to eq(%w[a b])
    expect(resource.configs).to be_frozen
  end
end
