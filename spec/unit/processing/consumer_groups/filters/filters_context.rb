# frozen_string_literal: true

require_relative "../../../spec_helper"

# Messages that filters see.
RSpec.shared_context "with messages" do
  # @param timestamps [Hash{Integer => Integer, nil}] ms since the epoch by offset
  def messages(timestamps)
    timestamps.map do |offset, milliseconds|
      timestamp = milliseconds && Time.at(0, milliseconds, :millisecond)
      metadata = Karafka::Messages::Metadata.new(offset:, timestamp:, topic: "orders", partition: 0)
      Karafka::Messages::Message.new("x", metadata)
    end
  end

  # What is left of a batch.
  def left(timestamps)
    batch = messages(timestamps)
    filter.apply!(batch)
    batch.map(&:offset)
  end

  def wants = [filter.applied?, filter.action, filter.timeout, filter.cursor&.offset]
end
