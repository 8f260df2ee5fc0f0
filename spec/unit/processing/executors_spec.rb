# frozen_string_literal: true

RSpec.describe Karafka::Processing::Executors, :fresh_app do
  subject(:executors) { described_class.new(group, Object.new) }

  let(:group) do
    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
    Karafka::App.routes.draw { topic(:orders) { consumer Karafka::BaseConsumer } }
    Karafka::App.subscription_groups.values.first.first
  end

  def coordinator(partition = 0)
    Karafka::Processing::ConsumerGroups::Coordinator.new(group.topics.first, partition)
  end

  def build(executor) = executor.tap(&:before_schedule_tick)

  it "makes one for each lane of an assignment, and counts lanes as they come up" do
    one = coordinator
    made = [7, 2, 7].map { |lane| executors.find_or_create(one, lane) }
    expect(made.first).to equal(made.last)
    expect(made.map(&:lane)).to eq([0, 1, 0])
    expect(executors.of(one)).to eq(made.first(2))
    expect(executors.find_or_create(coordinator, 7)).not_to equal(made.first)
  end

  it "makes the first one for who has none yet" do
    one = coordinator
    expect(executors.of(one).map(&:lane)).to eq([0])
    expect(executors.of(one)).to eq(executors.of(one))
  end

  it "gives back those with an instance when it forgets an assignment, or all of them" do
    first, second, third = Array.new(3) { |partition| coordinator(partition) }
    built = [first, second, third].map { |one| build(executors.find_or_create(one, 0)) }
    executors.find_or_create(first, 1)
    expect(executors.delete(first)).to eq([built.first])
    expect([executors.delete(first), executors.delete(nil)]).to eq([[], []])
    expect(executors.clear).to eq(built.drop(1))
    expect(executors.clear).to eq([])
  end
end
