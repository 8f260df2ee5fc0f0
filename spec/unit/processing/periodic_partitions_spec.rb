# frozen_string_literal: true

RSpec.describe Karafka::Processing::PeriodicPartitions, :fresh_app do
  subject(:partitions) do
    described_class.new(group, client, Karafka::Processing::CoordinatorsBuffer.new(group.topics))
  end

  let(:group) do
    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
    Karafka::App.routes.draw do
      topic(:ticking) do
        consumer Karafka::BaseConsumer
        periodic true
      end
      topic(:other) { consumer Karafka::BaseConsumer }
      topic(:asleep) do
        consumer Karafka::BaseConsumer
        periodic true
        active false
      end
    end
    Karafka::App.subscription_groups.values.first.first
  end
  # Every tick of what is assigned is due.
  let(:client) do
    Struct.new(:assigned_places, :asked) do
      def due_ticks
        self.asked += 1
        assigned_places.select { |name, _| name == "ticking" }
      end
    end.new([["other", 0], ["ticking", 1], ["ticking", 0]], 0)
  end

  def due = partitions.due.map { |one| [one.topic.name, one.partition] }

  it "answers with the coordinators of periodic topics" do
    expect(due).to eq([["ticking", 1], ["ticking", 0]])
    expect(partitions.due.map(&:object_id)).to eq(partitions.due.map(&:object_id))
  end

  it "asks the engine nothing while none is assigned, and looks again once that has changed" do
    client.assigned_places = [["other", 0], ["asleep", 0]]
    expect([due, due, client.asked]).to eq([[], [], 0])
    client.assigned_places = [["ticking", 3]]
    expect(due).to be_empty
    partitions.changed
    expect(due).to eq([["ticking", 3]])
  end

  it "leaves alone what is assigned and that no route knows" do
    client.assigned_places = [["unknown", 0], ["ticking", 0]]
    expect(due).to eq([["ticking", 0]])
  end

  it "has none once the process stops" do
    due
    allow(Karafka::App).to receive(:done?).and_return(true)
    expect([due, client.asked]).to eq([[], 1])
  end
end
