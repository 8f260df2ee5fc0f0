# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Declaratives::Repository do
  subject(:repository) { described_class.new }

  it "is empty, then counts" do
    expect([repository.empty?, repository.size]).to eq([true, 0])
    repository.find_or_create("a")
    expect([repository.empty?, repository.size]).to eq([false, 1])
  end

  it "creates once a name" do
    created = repository.find_or_create(:a)

    expect(repository.find_or_create("a")).to be(created)
    expect(repository.find(:a)).to be(created)
    expect(repository.find("b")).to be_nil
  end

  it "yields only what is new" do
    yielded = 0
    2.times { repository.find_or_create("a") { yielded += 1 } }

    expect(yielded).to eq(1)
  end

  it "keeps the first of a name that is added" do
    first = repository.add(Karafka::Declaratives::Topic.new("a"))

    expect(repository.add(Karafka::Declaratives::Topic.new("a"))).to be(first)
  end

  it "walks in order, while others add" do
    repository.find_or_create("a")
    seen = []
    repository.each do |topic|
      repository.find_or_create("#{topic.name}!")
      seen << topic.name
    end

    expect(seen).to eq(%w[a])
    expect(repository.each.map(&:name)).to eq(%w[a a!])
  end

  it "lists active ones" do
    repository.find_or_create("a").active = false
    repository.find_or_create("b")

    expect(repository.active.map(&:name)).to eq(%w[b])
  end

  it "forgets" do
    repository.find_or_create("a")
    repository.clear

    expect(repository).to be_empty
  end
end
