# frozen_string_literal: true

RSpec.describe Karafka::Core::Monitoring::StatisticsDecorator do
  let(:decorator) { described_class.new }

  # Each call happens so many milliseconds after the one before.
  def at(*moments)
    allow_any_instance_of(described_class).to receive(:monotonic_now).and_return(0.0, *moments.map(&:to_f))
  end

  it "adds zeros at the first call, for every number at every depth" do
    statistics = { "rx" => 5, "name" => "x", "ok" => true, "list" => [1],
                   "brokers" => { "b" => { "tx" => 1.5, "rtt" => { "avg" => 7 } } } }

    expect(decorator.call(statistics)).to eq(
      "rx" => 5, "rx_d" => 0, "rx_fd" => 0, "name" => "x", "ok" => true, "list" => [1],
      "brokers" => { "b" => { "tx" => 1.5, "tx_d" => 0, "tx_fd" => 0,
                              "rtt" => { "avg" => 7, "avg_d" => 0, "avg_fd" => 0 } } }
    )
  end

  it "gives the difference of what changed and the age of what did not" do
    at(0, 1_000.4, 2_500)
    decorator.call({ "moving" => 1, "still" => 1 })
    second = decorator.call({ "moving" => 4, "still" => 1 })
    third = decorator.call({ "moving" => 3, "still" => 1 })

    expect(second).to include("moving_d" => 3, "moving_fd" => 0, "still_d" => 0, "still_fd" => 1_000)
    expect(third).to include("moving_d" => -1, "moving_fd" => 0, "still_fd" => 2_500)
  end

  it "starts a key that is new at zero (H-188)" do
    at(0, 1_000)
    decorator.call({ "brokers" => {} })
    second = decorator.call({ "brokers" => { "late" => { "tx" => 9 } } })

    expect(second["brokers"]["late"]).to eq("tx" => 9, "tx_d" => 0, "tx_fd" => 0)
  end

  it "treats sentinels and 64-bit numbers as ordinary numbers (H-187)" do
    decorator.call({ "lag" => -1, "offset" => -1_001, "big" => (2**62) })
    second = decorator.call({ "lag" => 500, "offset" => -1_001, "big" => (2**62) + 1 })

    expect(second).to include("lag_d" => 501, "offset_d" => 0, "big_d" => 1)
  end

  it "raises when a String or a Hash turns into a number" do
    ["text", { "x" => 1 }].each do |before|
      one = described_class.new
      one.call({ "key" => before })
      expect { one.call({ "key" => 1 }) }.to raise_error(TypeError)
    end
  end

  it "works in place, freezes the top alone and leaves other objects untouched" do
    statistics = { "a" => { "b" => 1 } }
    decorated = decorator.call(statistics)

    expect(decorated).to equal(statistics).and(be_frozen)
    expect(decorated["a"]).not_to be_frozen
    expect([nil, "x", 5].map { |other| decorator.call(other) }).to eq([nil, "x", 5])
  end

  it "neither decorates nor enters excluded keys, and keeps them" do
    one = described_class.new(excluded_keys: %w[rtt age])
    statistics = { "age" => 1, "tx" => 2, "rtt" => { "avg" => 3 } }

    expect(one.call(statistics)).to eq("age" => 1, "tx" => 2, "tx_d" => 0, "tx_fd" => 0,
                                       "rtt" => { "avg" => 3 })
  end

  describe "with only_keys" do
    # `mark` stands for what was decorated, `plain` for what was not.
    def statistics(mark, plain)
      partition = { **mark, "other" => 1, "deep" => plain }
      topic = { **mark, "batchsize" => plain, "partitions" => { "0" => partition } }
      {
        **mark,
        "other" => 1,
        "brokers" => { "b" => { **mark, "rtt" => plain } },
        "topics" => { "t" => topic },
        "cgrp" => { **mark, "deep" => plain },
        "eos" => { **mark, "inner" => mark.dup }
      }
    end

    it "decorates these where they are looked for, and does not go below" do
      decorated = described_class.new(only_keys: %w[tx]).call(statistics({ "tx" => 1 }, { "tx" => 1 }))

      expect(decorated).to eq(statistics({ "tx" => 1, "tx_d" => 0, "tx_fd" => 0 }, { "tx" => 1 }))
    end

    it "leaves values alone that are no numbers, and objects without partitions" do
      odd = { "tx" => "text", "brokers" => { "b" => { "tx" => { "deep" => 1 } }, "count" => 3 },
              "topics" => { "t" => {}, "u" => { "partitions" => nil } } }
      copy = Marshal.load(Marshal.dump(odd))

      expect(described_class.new(only_keys: %w[tx]).call(odd)).to eq(copy)
    end

    it "does not enter excluded objects" do
      decorator = described_class.new(only_keys: %w[tx], excluded_keys: %w[partitions b cgrp])
      decorated = decorator.call(statistics({ "tx" => 1 }, { "tx" => 1 }))

      expect(decorated["topics"]["t"]).to include("tx_d" => 0,
                                                  "partitions" => { "0" => hash_excluding("tx_d") })
      expect([decorated["brokers"]["b"], decorated["cgrp"]]).to all(satisfy { |one| !one.key?("tx_d") })
    end

    it "gives way to excluded keys" do
      decorated = described_class.new(only_keys: %w[tx], excluded_keys: %w[tx]).call({ "tx" => 1 })

      expect(decorated.keys).not_to include("tx_d")
    end
  end

  it "lets subclasses decide about partitions" do
    quiet = Class.new(described_class) { define_method(:decorate_partitions) { |_previous, _current| nil } }
    partitions = { "0" => { "tx" => 1 } }
    quiet.new.call({ "topics" => { "t" => { "partitions" => partitions } } })

    expect(partitions).to eq("0" => { "tx" => 1 })
  end
end
