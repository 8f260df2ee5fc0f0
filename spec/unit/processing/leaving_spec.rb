# frozen_string_literal: true

RSpec.describe Karafka::Processing::Leaving do
  subject(:leaving) { described_class.new }

  let(:features) do
    { manual_offsets: false, timeout: 1, max_timeout: 1, exponential: false, periodic: [1_000, true, true] }
  end

  def coordinator(partition = 0)
    state = Karafka::Native::Partition.detached("orders", partition, features)
    topic = Struct.new(:name).new("orders")
    Struct.new(:topic, :partition, :state).new(topic, partition, state)
  end

  def working(partition = 0)
    coordinator(partition).tap { |one| one.state.begin_batch(0, 0, false) }
  end

  it "knows who works on, until he is done" do
    earlier = working
    leaving.add(earlier)
    expect([leaving.left?(coordinator), leaving.left?(coordinator(1))]).to eq([true, false])
    earlier.state.end_lane(:succeeded)
    expect(leaving.left?(coordinator)).to be(false)
  end

  it "waits for a tick as well" do
    earlier = coordinator
    earlier.state.begin_job(:tick)
    leaving.add(earlier)
    expect(leaving.left?(coordinator)).to be(true)
    earlier.state.end_job(:tick)
    expect(leaving.left?(coordinator)).to be(false)
  end

  it "takes no notice of who had nothing to do, or was never there" do
    leaving.add(coordinator)
    leaving.add(nil)
    expect(leaving.left?(coordinator)).to be(false)
  end

  it "forgets" do
    leaving.add(working)
    leaving.clear
    expect(leaving.left?(coordinator)).to be(false)
  end
end
