# frozen_string_literal: true

require_relative "lanes_context"

RSpec.describe Karafka::Processing::ConsumerGroups::FanOut do
  include_context "with lanes"

  let(:settings) { Karafka::App.config.internal.processing.consumer_groups }
  let(:fan_out) { described_class.new(subscription_group) }

  around do |example|
    before = settings.partitioner_class
    example.run
  ensure
    settings.partitioner_class = before
  end

  def engine(&call)
    settings.partitioner_class = Class.new(Karafka::Processing::ConsumerGroups::Partitioner) do
      define_method(:call, &call)
    end
  end

  def expect_all_in_lane0(message)
    expect(lanes(batch("a", "b", "c"), by: fan_out)).to eq(0 => [10, 11, 12])
    expect(events.map(&:payload)).to match(
      [include(type: "virtual_partitions.partitioner.error", caller: be_a(settings.partitioner_class))]
    )
    expect(events.first[:error].message).to match(message)
  end

  it "asks the framework's partitioner without making messages" do
    topic.virtual_partitions.partitioner # of Ruby, so lanes are views of the batch
    expect { |block| fan_out.call("orders", batch("a"), coordinator, &block) }
      .to yield_with_args(1, be_a(Karafka::Native::Batch))
  end

  it "gives an app's partitioner message objects, and lanes what it made of them" do
    given = nil
    engine do |_topic, messages, _coordinator, &block|
      given = messages
      block.call(7, [messages[0], messages[2]])
      block.call(3, [messages[1]])
    end
    found = {}
    fan_out.call("orders", batch("a", "b", "c"), coordinator) { |lane, part| found[lane] = part }
    expect(given).to all(be_a(Karafka::Messages::Message))
    expect(found).to match(7 => [equal(given[0]), equal(given[2])], 3 => [equal(given[1])])
  end

  it "gives it deserializers, and the framework's lanes by super" do
    engine do |topic, messages, coordinator, &block|
      messages.each(&:payload)
      super(topic, messages, coordinator, &block)
    end
    expect(lanes(batch("a", "b", "a"), by: fan_out)).to eq(1 => [10, 12], 2 => [11])
    expect(events).to be_empty
  end

  it "puts messages of a lane into offset order" do
    engine { |_, messages, _, &block| block.call(0, messages.reverse) }
    expect(lanes(batch("a", "b"), by: fan_out)).to eq(0 => [10, 11])
  end

  it "tells a lane given twice" do
    engine { |_, messages, _, &block| messages.each { |message| block.call(2, [message]) } }
    expect_all_in_lane0(/gave lane 2 twice/)
  end

  it "tells messages that are in no lane, or in two" do
    engine { |_, messages, _, &block| block.call(1, messages.drop(1)) }
    expect_all_in_lane0(/shared out 2 of 3 messages/)
    events.clear
    engine { |_, messages, _, &block| 2.times { |lane| block.call(lane, messages) } }
    expect(lanes(batch("a"), by: described_class.new(subscription_group))).to eq(0 => [10])
  end

  it "tells a lane that is no Integer, and what it raises" do
    engine { |_, messages, _, &block| block.call("a", messages) }
    expect_all_in_lane0(/gave lane "a", which is no Integer/)
    events.clear
    engine { |*| raise "broken" }
    expect(lanes(batch("a"), by: described_class.new(subscription_group))).to eq(0 => [10])
    expect(events.first[:error].message).to eq("broken")
  end

  context "when collapsed" do
    let(:collapsed) { true }

    it "stays linear, whatever an app's partitioner makes of it" do
      engine { |_, messages, _, &block| messages.each { |message| block.call(message.offset, [message]) } }
      expect(lanes(batch("a", "b"), by: fan_out)).to eq(0 => [10, 11])
      expect(events).to be_empty
    end
  end
end
