# frozen_string_literal: true

require "json"

RSpec.describe Karafka::Core::Taggable do
  let(:tags) { Object.new.extend(described_class).tags }

  it "replaces a tag of the same name and shows each text once" do
    tags.add(:a, :x)
    tags.add(:a, 5)
    tags.add(:b, "5")
    tags.add(:c, "y")

    expect(tags.to_a).to eq(%w[5 y])
  end

  it "forgets one tag, or all" do
    tags.add(:a, "x")
    tags.add(:b, "y")
    tags.delete(:a)
    kept = tags.to_a
    tags.clear

    expect([kept, tags.to_a]).to eq([%w[y], []])
  end

  it "reads as JSON, alone and within other objects" do
    tags.add(:a, "x")

    expect([tags.to_json, JSON.generate({ tags: }),
            tags.as_json]).to eq(['["x"]', '{"tags":["x"]}', %w[x]])
  end
end
