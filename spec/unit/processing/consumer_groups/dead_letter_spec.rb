# frozen_string_literal: true

require_relative "../../orders_topic"

RSpec.describe Karafka::Processing::ConsumerGroups::DeadLetter, :fresh_app do
  include OrdersTopic

  let(:routed) { route_orders { dead_letter_queue(topic: false) } }
  let(:consumer) do
    Class.new(Karafka::BaseConsumer).new.tap do |made|
      made.producer = Struct.new(:transactional?).new(false)
      made.coordinator = Karafka::Processing::ConsumerGroups::Coordinator.new(routed, 0)
      made.messages = Karafka::Messages::Builders::Messages.call(raw, routed, 0, Time.now)
    end
  end
  let(:raw) do
    (10..12).map do |offset|
      details = Karafka::Messages::Metadata.new(offset:, topic: "orders", partition: 0)
      Karafka::Messages::Message.new("x", details)
    end
  end

  # As tracers do, which may count, reorder or raise.
  def patch_each
    reversed = Class.new(Karafka::Messages::Messages) { def each(&) = raw.reverse.each(&) }
    consumer.messages = reversed.new(raw, consumer.messages.metadata)
  end

  it "gives up the first message that is not done, whatever walks of the batch were made to be (H-184)" do
    patch_each
    expect(consumer.messages.map(&:offset)).to eq([12, 11, 10])

    [[nil, 10], [11, 11]].each do |from, offset|
      expect(described_class.new(consumer).give_up(from, 1, false, false)).to eq([:given_up, offset])
    end
  end
end
