# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::ActiveJob::JobOptionsContract do
  # @return [Array<Symbol>] the options that are refused
  def refused(options) = described_class.new.call(options).errors.keys

  {
    dispatch_method: [%i[produce_async produce_sync], [:x, "produce_async", nil, :produce_many_sync]],
    dispatch_many_method: [%i[produce_many_async produce_many_sync],
                           [:x, "produce_many_async", nil, :produce_sync]],
    partition_key_type: [%i[key partition_key partition], [:x, "key", nil]],
    partitioner: [[->(_job) {}, Kernel.method(:puts)], [nil, 1, :key]],
    producer: [[->(_job) {}], [nil, 1, Object]],
    scheduled_messages_topic: [["later", :later, "a.b-c_d"], [nil, 1, "", "a b", :"a b", "ä"]]
  }.each do |option, (right, wrong)|
    it "accepts #{option} #{right.map(&:class).uniq.join(" or ")} and refuses what it cannot be" do
      right.each { |value| expect(refused({ option => value })).to eq([]), "refused #{value.inspect}" }
      wrong.each { |value| expect(refused({ option => value })).to eq([option]), "accepted #{value.inspect}" }
    end
  end

  it "accepts nothing at all, and unknown options" do
    expect(refused({})).to eq([])
    expect(refused({ mine: 1, "producer" => 1 })).to eq([])
  end

  it "names every wrong option with what it may be" do
    expect { described_class.new.validate!({ dispatch_method: :x, producer: 1 }, scope: ["active_job"]) }
      .to raise_error(Karafka::Errors::InvalidConfigurationError) { |error|
        expect(error.message).to include('"active_job.dispatch_method"', ":produce_sync, not :x",
                                         '"active_job.producer"')
      }
  end
end
