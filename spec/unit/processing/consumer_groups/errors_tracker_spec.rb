# frozen_string_literal: true

RSpec.describe Karafka::Processing::ConsumerGroups::ErrorsTracker do
  subject(:tracker) { described_class.new(:orders, 3) }

  it "tells the newest error, all of them in order, and how many of each class" do
    errors = [ArgumentError.new("1"), KeyError.new("2"), ArgumentError.new("3")]
    errors.each { |error| tracker << error }
    expect(tracker.last).to be(errors.last)
    expect(tracker.to_a).to eq(errors)
    expect(tracker.counts).to eq(ArgumentError => 2, KeyError => 1)
  end

  it "keeps the newest hundred of a hundred and fifty" do
    150.times { |number| tracker << StandardError.new(number.to_s) }
    expect(tracker.size).to eq(100)
    expect(tracker.first.message).to eq("50")
  end

  it "gives each error a trace id of its own and forgets it with the errors" do
    ids = Array.new(2) { (tracker << StandardError.new).trace_id }
    expect(ids.uniq.size).to eq(2)
    tracker.clear
    expect([tracker.trace_id, tracker.empty?]).to eq([nil, true])
  end

  it "is known under the name that apps use" do
    expect(Karafka::Pro::Processing::ConsumerGroups::Coordinators::ErrorsTracker).to be(described_class)
  end
end
