# frozen_string_literal: true

RSpec.describe Karafka::Processing::InlineInsights::Consumer do
  subject(:consumer) { double(topic:, partition: 0).extend(described_class) }

  let(:tracker) { Karafka::Processing::InlineInsights::Tracker }
  let(:topic) { Struct.new(:name, :consumer_group).new("orders", Struct.new(:id).new("app")) }

  before { tracker.clear }
  after { tracker.clear }

  def emit(lag)
    tracker.add("app", "topics" => { "orders" => { "partitions" => { "0" => { "consumer_lag" => lag } } } })
  end

  it "is empty and frozen as long as nothing was emitted" do
    expect(consumer.insights).to eq({}).and be_frozen
    expect(consumer).not_to be_insights
  end

  it "follows what is emitted" do
    emit(5)
    expect(consumer.insights["consumer_lag"]).to eq(5)
    emit(3)
    expect(consumer.insights["consumer_lag"]).to eq(3)
  end

  it "never loses what it saw once" do
    emit(5)
    consumer.insights
    tracker.clear
    expect(consumer.insights["consumer_lag"]).to eq(5)
    expect(consumer.insights?).to be(true)
  end

  it "answers to its other names" do
    emit(5)
    expect([consumer.statistics, consumer.inline_insights]).to all(include("consumer_lag" => 5))
    expect([consumer.statistics?, consumer.inline_insights?]).to all(be(true))
  end
end
