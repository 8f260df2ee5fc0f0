# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::VirtualPartitions do
  include_context "with empty routes"

  let(:partitioner) { ->(message) { message.raw_key } }

  def topic(&options)
    Karafka::Routing::ConsumerGroup.new("group", routes).route("events", &options)
  end

  def virtual(**options)
    topic { virtual_partitions(**options) }
  end

  it "is off by default, with every option to read" do
    expect(topic.virtual_partitions?).to be(false)
    expect(topic.to_h[:virtual_partitions]).to include(
      active: false, max_partitions: config.concurrency, partitioner: nil, offset_metadata_strategy: :current,
      reducer: respond_to(:call), distribution: :consistent
    )
  end

  it "is on with a partitioner alone" do
    given = partitioner
    expect(virtual(partitioner: given)).to be_virtual_partitions
    expect(virtual(max_partitions: 3)).not_to be_virtual_partitions
  end

  it "has as many lanes as there are workers when it is drawn" do
    given = partitioner
    before = config.concurrency
    config.concurrency = 3
    drawn = virtual(partitioner: given)
    config.concurrency = 9
    expect(drawn.virtual_partitions.max_partitions).to eq(3)
  ensure
    config.concurrency = before
  end

  it "reduces by byte sum modulo 65,536 and then the number of lanes" do
    given = partitioner
    reducer = virtual(partitioner: given, max_partitions: 7).virtual_partitions.reducer
    expect([nil, "a", 12, :b, "é", "\xFF" * 1_000].map { |key| reducer.call(key) })
      .to eq([0, 97 % 7, (49 + 50) % 7, 98 % 7, (195 + 169) % 7, (255_000 % 65_536) % 7])
  end

  it "keeps the first call, so that defaults never override a topic's own" do
    given = partitioner
    routes.defaults { virtual_partitions(partitioner: given, max_partitions: 2) }
    own = draw_topic("own") { virtual_partitions(partitioner: given, max_partitions: 8) }
    expect(own.virtual_partitions.max_partitions).to eq(8)
    expect(draw_topic("other").virtual_partitions.max_partitions).to eq(2)
  end

  it "refuses unknown options" do
    expect do
      virtual(lanes: 2)
    end.to raise_error(ArgumentError, /virtual_partitions options of topic events: lanes/)
  end

  {
    partitioner: [1, "key"], max_partitions: [0, -1, 1.5, "4", nil], reducer: [nil, 4],
    distribution: [:even, "balanced", nil], offset_metadata_strategy: [:last, nil]
  }.each do |option, values|
    values.each do |value|
      it "refuses #{option} #{value.inspect}" do
        given = { partitioner:, option => value }
        expect { draw("events") { virtual_partitions(**given) } }
          .to refuse("routes.group.events.virtual_partitions.#{option}": /\S/)
      end
    end
  end

  it "takes native partitioners, balanced lanes, exact metadata and a reducer" do
    given = { partitioner: Karafka::Native::Partitioners::Key.new, distribution: :balanced,
              offset_metadata_strategy: :exact, reducer: ->(key) { key.to_i }, max_partitions: 100 }
    expect(draw_topic("events") { virtual_partitions(**given) }.to_h[:virtual_partitions])
      .to eq(active: true, **given)
  end

  it "needs a retry before dead letters" do
    given = partitioner
    expect do
      draw("events") do
        virtual_partitions(partitioner: given)
        dead_letter_queue(topic: "dead", max_retries: 0)
      end
    end.to refuse("routes.group.events.dead_letter_queue.max_retries": /virtual partitions/)
  end
end
