# frozen_string_literal: true

RSpec.describe Karafka::Processing::InlineInsights::Tracker do
  subject(:tracker) { described_class.send(:new) }

  let(:now) { [0.0] }

  before { allow(tracker).to receive(:monotonic_now) { now.first } }

  def topic(name, group: "app")
    Struct.new(:name, :consumer_group).new(name, Struct.new(:id).new(group))
  end

  def statistics(topic, partitions)
    { "topics" => { topic => { "partitions" => partitions } } }
  end

  it "finds the newest statistics of a partition" do
    tracker.add("app", statistics("orders", "0" => { "consumer_lag" => 5, "fetch_state" => "active" }))
    tracker.add("app", statistics("orders", "0" => { "consumer_lag" => 3, "fetch_state" => "active" }))
    expect(tracker.find(topic("orders"), 0)).to include("consumer_lag" => 3)
  end

  it "keeps groups, topics and partitions apart" do
    tracker.add("app", statistics("orders", "0" => { "consumer_lag" => 5 }))
    expect(tracker.find(topic("orders", group: "other"), 0)).to be_nil
    expect(tracker.find(topic("order"), 0)).to be_nil
    expect(tracker.find(topic("orders"), 1)).to be_nil
  end

  it "ignores the pseudo-partition and partitions that are not fetched" do
    tracker.add("app", statistics("orders", "-1" => {}, "0" => { "fetch_state" => "none" },
                                            "1" => { "fetch_state" => "stopped" }))
    expect(tracker.size).to eq(0)
  end

  it "takes statistics without topics" do
    expect(tracker.add("app", { "name" => "a" })).to be_nil
  end

  it "forgets five minutes after the last update" do
    tracker.add("app", statistics("orders", "0" => { "consumer_lag" => 5 }))
    now[0] = 299_999
    expect(tracker.find(topic("orders"), 0)).not_to be_nil
    now[0] = 300_000
    expect(tracker.find(topic("orders"), 0)).to be_nil
  end

  it "drops what expired when something else arrives, keeps what was renewed" do
    tracker.add("app", statistics("orders", "0" => {}, "1" => {}))
    now[0] = 200_000
    tracker.add("app", statistics("orders", "1" => {}))
    now[0] = 300_000
    tracker.add("app", statistics("payments", "0" => {}))
    expect(tracker.size).to eq(2)
    expect(tracker.find(topic("orders"), 1)).not_to be_nil
  end

  it "is bounded; the least recently updated go first" do
    stub_const("#{described_class}::LIMIT", 3)
    4.times { |number| tracker.add("app", statistics("orders", number.to_s => {})) }
    expect(tracker.size).to eq(3)
    expect(tracker.find(topic("orders"), 0)).to be_nil
    expect(tracker.find(topic("orders"), 3)).not_to be_nil
  end
end
