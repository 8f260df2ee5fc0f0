# frozen_string_literal: true

require_relative "../../spec_helper"

RSpec.describe Karafka::Admin::Recovery::Commit do
  def key(version, group, topic, partition)
    [version,
     group.bytesize].pack("s>s>") + group.b + [topic.bytesize].pack("s>") + topic.b + [partition].pack("l>")
  end

  def value(offset) = [3, offset, 7].pack("s>q>l>")

  it "reads a commit, names in any script" do
    expect(described_class.parse(key(1, "gruppe-ä", "t", 3), value(42)))
      .to have_attributes(group: "gruppe-ä", topic: "t", partition: 3, offset: 42)
    expect(described_class.parse(key(0, "g", "t", 0), value(1)).offset).to eq(1)
  end

  it "has no offset for a tombstone" do
    expect(described_class.parse(key(1, "g", "t", 3), nil).offset).to be_nil
  end

  it "passes over other kinds of records" do
    expect(described_class.parse(key(2, "g", "t", 3), value(1))).to be_nil
    expect(described_class.parse(nil, value(1))).to be_nil
  end

  it "passes over what is cut short, wherever" do
    whole = key(1, "group", "topic", 3)
    (0...whole.bytesize).each { |length| expect(described_class.parse(whole[0, length], value(1))).to be_nil }
    expect(described_class.parse([1, -1].pack("s>s>"), value(1))).to be_nil
  end
end
