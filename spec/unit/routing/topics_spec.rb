# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Routing::Topics do
  subject(:topics) { described_class.new([topic("a"), topic("b")]) }

  def topic(name)
    Struct.new(:name).new(name)
  end

  def names
    topics.map(&:name)
  end

  it "finds by a String" do
    expect(topics.find("b").name).to eq("b")
  end

  it "raises with the name as message for what is not there, Symbols included" do
    expect { topics.find("c") }.to raise_error(Karafka::Errors::TopicNotFoundError, "c")
    expect { topics.find(:b) }.to raise_error(Karafka::Errors::TopicNotFoundError, "b")
  end

  it "reads as an Array does" do
    expect([topics[0].name, topics.last.name, topics.size, topics.empty?,
            topics.first.name]).to eq(["a", "b", 2, false, "a"])
    expect(topics.each).to be_a(Enumerator)
    expect(topics.select { |found| found.name == "a" }.size).to eq(1)
  end

  it "changes in place" do
    topics << topic("c")
    expect(names).to eq(%w[a b c])
    topics.reverse!
    expect(names).to eq(%w[c b a])
    topics.sort_by!(&:name)
    topics.delete_if { |found| found.name == "b" }
    expect(names).to eq(%w[a c])
    topics.map! { |found| topic(found.name * 2) }
    expect(names).to eq(%w[aa cc])
  end

  it "leaves a walk that runs untouched by appends" do
    seen = []
    topics.each do |found|
      topics << topic("#{found.name}!")
      seen << found.name
    end

    expect(seen).to eq(%w[a b])
    expect(names).to eq(%w[a b a! b!])
  end

  it "does not share the Array it was made from" do
    items = [topic("a")]
    topics = described_class.new(items)
    items.clear

    expect(topics.size).to eq(1)
  end

  it "loses no append made while another thread changes it" do
    entered = Queue.new
    leave = Queue.new
    changing = Thread.new do
      topics.map! do |found|
        entered << true
        leave.pop
        found
      end
    end
    entered.pop
    appending = Thread.new { topics << topic("c") }
    Thread.pass until appending.stop?
    leave << true << true
    [changing, appending].each(&:join)

    expect(names).to eq(%w[a b c])
  end
end
