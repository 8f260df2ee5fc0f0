# frozen_string_literal: true

RSpec.describe Karafka::Processing::CoordinatorsBuffer, :fresh_app do
  let(:topics) do
    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
    Karafka::App.routes.draw { topic(:orders) { consumer Class.new(Karafka::BaseConsumer) } }
    Karafka::App.routes.first.subscription_groups.first.topics
  end
  let(:buffer) { described_class.new(topics) }

  it "has one coordinator a partition, as long as that is assigned" do
    first = buffer.find_or_create("orders", 0)
    expect(buffer.find_or_create("orders", 0)).to equal(first)
    expect(buffer.find_or_create("orders", 1)).not_to equal(first)
    expect([first.topic.name, first.partition]).to eq(["orders", 0])
  end

  it "revokes what goes, and begins anew when it comes back" do
    first = buffer.find_or_create("orders", 0)
    first.state.begin_batch(5, 9, false)
    2.times { first.state.enter_run }
    expect(buffer.revoke("orders", 0)).to equal(first)
    expect([first.revoked?, first.attempt]).to eq([true, 0])
    again = buffer.find_or_create("orders", 0)
    expect(again).not_to equal(first)
    expect([again.revoked?, again.attempt, again.seek_offset, again.marked?]).to eq([false, 0, nil, false])
  end

  it "knows nothing to revoke where nothing was" do
    expect(buffer.revoke("orders", 7)).to be_nil
    buffer.find_or_create("orders", 0)
    buffer.clear
    expect(buffer.revoke("orders", 0)).to be_nil
  end
end
