# frozen_string_literal: true

RSpec.describe Karafka::Connection::MessagesBuffer do
  let(:fetched) { Struct.new(:topic, :partition, :size) }
  let(:buffer) { described_class.new }

  def entries
    found = []
    buffer.each { |*entry| found << entry }
    found
  end

  it "is empty at first" do
    expect(buffer).to be_empty
    expect(buffer.size).to eq(0)
    expect(entries).to be_empty
  end

  it "brings batches and ends of a partition together, in the order of batches" do
    first = fetched.new("b", 1, 3)
    second = fetched.new("a", 0, 2)
    buffer.load([first, second], [["a", 0, 7], ["c", 2, 1]])

    expect(entries).to eq([["b", 1, first, false], ["a", 0, second, true], ["c", 2, nil, true]])
    expect(buffer.size).to eq(5)
    expect(buffer).not_to be_empty
  end

  it "drops what belongs to nobody any more, and no neighbour" do
    buffer.load([fetched.new("a", 0, 3), fetched.new("a", 1, 2)], [["b", 0, 1]])
    buffer.delete("a", 0)
    buffer.delete("b", 0)
    buffer.delete("unknown", 9)

    expect(entries.map { |topic, partition, _, _| [topic, partition] }).to eq([["a", 1]])
    expect(buffer.size).to eq(2)
  end

  it "forgets everything when cleared" do
    buffer.load([fetched.new("a", 0, 3)], [])
    buffer.clear
    expect([buffer.empty?, buffer.size]).to eq([true, 0])
  end
end
