# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "The end of a partition", :fresh_app do
  let(:topic) { create_topic }

  it "loses no message that arrives while the partition is held there" do
    peer.produce(topic, %w[0 1])
    seen = []
    run = consume(topic, kafka: { "enable.partition.eof": true }, routing: -> { eofed true }) do
      define_method(:consume) { seen.concat(messages.raw_payloads) }
      define_method(:eofed) { pause(:consecutive, 100) unless seen.size > 2 }
    end
    run.await_event("consumer.consuming.pause")
    peer.produce(topic, %w[2])
    run.await("the message behind the end") { seen.include?("2") }
    run.stop

    expect(seen).to eq(%w[0 1 2])
  end
end
