# frozen_string_literal: true

RSpec.describe Karafka::Processing::InlineInsights, :fresh_app do
  let(:listener) { described_class::Listener.instance }
  let(:monitor) { Karafka.monitor }

  before { described_class::Tracker.clear }
  after { described_class::Tracker.clear }

  def boot(**insights)
    2.times { set_up }
    consumer = Class.new
    Karafka::App.routes.draw do
      topic(:orders) do
        consumer(consumer)
        inline_insights(**insights) unless insights.empty?
      end
    end
    2.times { monitor.instrument("app.running", caller: self) }
  end

  def set_up
    Karafka::App.setup do |config|
      config.kafka = { "bootstrap.servers": "127.0.0.1:9" }
      config.producer = Object.new
    end
  end

  def listening
    monitor.listeners["statistics.emitted"].count { |one| one.equal?(listener) }
  end

  def emit
    partitions = { "0" => { "consumer_lag" => 1 } }
    statistics = { "topics" => { "orders" => { "partitions" => partitions } } }
    monitor.instrument("statistics.emitted", group_id: "app", statistics:)
  end

  it "does not listen when no topic wants insights" do
    boot
    expect(listening).to eq(0)
  end

  it "listens once, however often the app was set up and started" do
    boot(required: true)
    expect(listening).to eq(1)
  end

  it "holds a partition that requires insights until there are some" do
    boot(required: true)
    topic = Karafka::App.routes.first.topics.first
    expect(described_class.hold?(topic, 0)).to be(true)
    emit
    expect(described_class.hold?(topic, 0)).to be(false)
    expect(described_class.hold?(topic, 1)).to be(true)
  end

  it "holds nothing that can do without" do
    boot
    expect(described_class.hold?(Karafka::App.routes.first.topics.first, 0)).to be(false)
  end
end
