# frozen_string_literal: true

require_relative "lanes_context"

RSpec.describe Karafka::Processing::ConsumerGroups::Partitioner do
  include_context "with lanes"

  let(:partitioner) { described_class.new(subscription_group) }

  it "is what the original's names mean" do
    expect([Karafka::Pro::Processing::Partitioner, Karafka::Pro::Processing::ConsumerGroups::Partitioner])
      .to all(equal(described_class))
  end

  it "gives equal keys one lane, by their byte sum modulo 65,536, in offset order" do
    long = "\xFF".b * 1_000
    found = lanes(batch("a", "b", long, "a", nil, "b"))
    expect(found).to eq(1 => [10, 13], 2 => [11, 15], (255_000 % 65_536) % 4 => [12, 14])
  end

  it "takes keys of any kind by their text" do
    odd = Class.new { def to_s = "c" }.new
    keys = [nil, 7, 10**30, :b, 1.5, true, odd, Class.new(String) { def to_s = "d" }.new("x"), "é"]
    options[:partitioner] = ->(message) { keys[message.offset - 10] }
    expected = keys.each_with_index.group_by { |key, _| key.to_s.sum % 4 }
    expect(lanes(batch(*keys.map { "k" })))
      .to eq(expected.transform_values { |pairs| pairs.map { |_, index| 10 + index } })
  end

  it "asks for each message once, in offset order, on the calling thread" do
    asked = []
    options[:partitioner] = lambda do |message|
      asked << [message.offset, Thread.current, Fiber.current]
      message.raw_key
    end
    lanes(batch("a", "b", "c"))
    expect(asked).to eq([10, 11, 12].map { |offset| [offset, Thread.current, Fiber.current] })
  end

  it "hands lanes the very messages that the partitioner saw, with what it read of them" do
    seen = []
    options[:partitioner] = ->(message) { (seen << message) && message.payload["id"] }
    parts = []
    partitioner.call("orders", batch(%w[a {"id":1}], %w[b {"id":2}], %w[c {"id":1}]),
                     coordinator) do |_, part|
      parts << Karafka::Messages::Builders::Messages.call(part, topic, 0, Time.now)
    end
    expect(parts.map(&:raw)).to match([[equal(seen[0]), equal(seen[2])], [equal(seen[1])]])
    expect(parts.flat_map(&:raw)).to all(be_deserialized)
  end

  it "uses what a custom reducer gives, whatever its range" do
    options.merge!(reducer: ->(key) { key == "a" ? 70 : -2 })
    expect(lanes(batch("a", "b", "a"))).to eq(70 => [10, 12], -2 => [11])
  end

  it "balances whole groups, the reducer being ignored" do
    options.merge!(distribution: :balanced, max_partitions: 2, reducer: ->(_) { raise "not asked" })
    keys = (["a"] * 50) + %w[b c d e f].flat_map { |key| [key] * 10 }
    found = lanes(batch(*keys))
    expect(found.transform_values(&:size)).to eq(0 => 50, 1 => 50)
  end

  it "balances by eql?, so that nil and an empty text, and 1 and 1.0, are groups of their own" do
    keys = [nil, "", 1, 1.0]
    options.merge!(distribution: :balanced, partitioner: ->(message) { keys[message.offset - 10] })
    expect(lanes(batch(*%w[a b c d]))).to eq(0 => [10], 1 => [11], 2 => [12], 3 => [13])
  end

  it "works on Arrays, as partitioners of apps pass them on" do
    messages = batch("a", "b", "a").messages(Karafka::Messages::Message)
    found = {}
    partitioner.call("orders", messages, coordinator) { |lane, part| found[lane] = part }
    expect(found).to match(1 => [equal(messages[0]), equal(messages[2])], 2 => [equal(messages[1])])
  end

  context "without virtual partitions" do
    let(:options) { {} }

    it "gives lane 0 the batch itself" do
      whole = batch("a", "b")
      expect { |block| partitioner.call("orders", whole, coordinator, &block) }.to yield_with_args(0, whole)
    end
  end

  context "when collapsed" do
    let(:collapsed) { true }

    it "gives lane 0 everything without asking" do
      options[:partitioner] = ->(_) { raise "not asked" }
      expect(lanes(batch("a", "b"))).to eq(0 => [10, 11])
      expect(events).to be_empty
    end
  end

  describe "an error" do
    {
      "of the partitioner" => { partitioner: ->(message) { message.offset == 11 ? raise("no key") : "a" } },
      "of the reducer" => { reducer: ->(key) { key == "b" ? raise("no key") : 1 } },
      "of to_s" => { partitioner: ->(_) { Class.new { def to_s = raise("no key") }.new } },
      "of eql?" => { distribution: :balanced, partitioner: lambda do |_|
        Class.new { def hash = raise("no key") }.new
      end }
    }.each do |place, given|
      it "#{place} is told once, and lane 0 gets everything" do
        options.merge!(given)
        expect(lanes(batch("a", "b", "c"))).to eq(0 => [10, 11, 12])
        expect(events.size).to eq(1)
        expect(events.first.payload).to include(type: "virtual_partitions.partitioner.error",
                                                caller: partitioner)
        expect(events.first[:error].message).to eq("no key")
        expect(events.first[:messages].map(&:offset)).to eq([10, 11, 12])
      end
    end

    it "is a reducer's answer that is no Integer, too" do
      options[:reducer] = ->(_) { "1" }
      expect(lanes(batch("a", "b"))).to eq(0 => [10, 11])
      expect(events.first[:error]).to be_a(TypeError)
    end

    it "keeps the messages that the partitioner saw" do
      seen = []
      options[:partitioner] = ->(message) { (seen << message).size == 2 ? raise : "a" }
      expect { |block| partitioner.call("orders", batch("a", "b"), coordinator, &block) }
        .to yield_with_args(0, satisfy { |part| objects(part).first.equal?(events.first[:messages].first) })
    end

    it "of the caller's block is none of the partitioner's" do
      expect { partitioner.call("orders", batch("a"), coordinator) { raise ArgumentError, "mine" } }
        .to raise_error(ArgumentError, "mine")
      expect(events).to be_empty
    end
  end
end
