# frozen_string_literal: true

RSpec.describe Karafka::Connection::LagCompensation, :fresh_app do
  subject(:compensation) { described_class.new(:client, settings) }

  let(:settings) { Struct.new(:interval, :pause_age).new(10_000, 30_000) }
  let(:now) { [0.0] }
  let(:asked) { [] }
  let(:ends) { { ["orders", 0] => 500 } }
  let(:connection) do
    double.tap do |connection|
      allow(connection).to receive(:offsets_for_times) do |places, _timeout|
        asked << places
        places.map { |topic, partition, _| [topic, partition, ends[[topic, partition]], nil, nil] }
      end
    end
  end

  before { allow(compensation).to receive(:monotonic_now) { now.first } }

  def figures(live = 100, committed: 90, stored: 95)
    partition = { "hi_offset" => live, "ls_offset" => live, "committed_offset" => committed,
                  "stored_offset" => stored, "consumer_lag" => live - committed,
                  "consumer_lag_stored" => live - stored }
    { "topics" => { "orders" => { "partitions" => { "0" => partition } } } }
  end

  # One emission; what it asked for is answered before this returns.
  def emit(statistics = figures)
    compensation.call(connection, statistics)
    compensation.instance_variable_get(:@asking)&.join
    statistics["topics"]["orders"]["partitions"]["0"]
  end

  def pause_long_enough
    compensation.paused("orders", 0)
    now[0] += 30_000
    emit
  end

  it "lets the lag of a long pause follow what is produced" do
    pause_long_enough
    expect(emit).to include("hi_offset" => 500, "ls_offset" => 500, "consumer_lag" => 410,
                            "consumer_lag_stored" => 405)
    expect(asked).to eq([[["orders", 0, -1]]])
  end

  it "asks again, but not sooner than its interval" do
    pause_long_enough
    now[0] += 9_999
    emit
    expect(asked.size).to eq(1)
    now[0] += 1
    ends[["orders", 0]] = 700
    emit
    expect(emit).to include("consumer_lag" => 610)
    expect(asked.size).to eq(2)
  end

  it "leaves short pauses and what is not paused alone" do
    compensation.paused("orders", 0)
    now[0] += 29_999
    emit
    compensation.resumed("orders", 0)
    compensation.paused("orders", 0)
    now[0] += 29_999
    emit
    expect(asked).to be_empty
    expect(emit).to include("consumer_lag" => 10)
  end

  it "counts a pause that is told again from its start" do
    compensation.paused("orders", 0)
    now[0] += 20_000
    compensation.paused("orders", 0)
    now[0] += 10_000
    emit
    expect(asked.size).to eq(1)
  end

  it "keeps unknown lags unknown" do
    pause_long_enough
    unknown = figures(committed: -1001, stored: -1001)
    unknown["topics"]["orders"]["partitions"]["0"].update("consumer_lag" => -1, "consumer_lag_stored" => -1)
    expect(emit(unknown)).to include("consumer_lag" => -1, "consumer_lag_stored" => -1, "hi_offset" => 500)
  end

  it "holds values after a resume until the live ones have caught up" do
    pause_long_enough
    compensation.resumed("orders", 0)
    expect(emit(figures(300))).to include("ls_offset" => 500)
    expect(emit(figures(500))).to include("ls_offset" => 500)
    expect(emit(figures(490))).to include("ls_offset" => 490)
    now[0] += 60_000
    emit
    expect(asked.size).to eq(1)
  end

  it "drops everything at a rebalance; what stays paused is asked for anew" do
    pause_long_enough
    compensation.rebalanced({})
    expect(emit).to include("consumer_lag" => 10)
    expect(asked.size).to eq(2)
    compensation.rebalanced({ "orders" => [0] })
    emit
    expect(asked.size).to eq(2)
  end

  it "tells a failure and keeps the values" do
    errors = []
    Karafka.monitor.subscribe("error.occurred") { |event| errors << event[:type] }
    pause_long_enough
    allow(connection).to receive(:offsets_for_times).and_raise(Rdkafka::RdkafkaError.new(-195))
    now[0] += 10_000
    emit
    expect(errors).to eq(%w[lag_compensation.refresher.error])
    expect(emit).to include("consumer_lag" => 410)
  end

  it "does nothing unless it is switched on" do
    off = described_class.new(:client, settings.class.new(0, 5_000))
    off.paused("orders", 0)
    expect(off.call(connection, figures)).to eq(figures)
    expect(connection).not_to have_received(:offsets_for_times)
  end
end
