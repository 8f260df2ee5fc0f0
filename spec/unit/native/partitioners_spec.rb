# frozen_string_literal: true

require_relative "../processing/consumer_groups/lanes_context"
require "json"

RSpec.describe Karafka::Native::Partitioners do
  include_context "with lanes"

  # The same partitioner as a lambda: the framework knows nothing of what it stands for.
  def as_lambda(native) = ->(message) { native.call(message) }

  def shares(messages, partitioner, distribution, count)
    options.merge!(partitioner:, distribution:, max_partitions: count)
    config = Karafka::Routing::Features::VirtualPartitions.config(**options)
    topic.virtual_partitions = config
    lanes(messages, by: Karafka::Processing::ConsumerGroups::Partitioner.new(subscription_group))
  end

  def key
    described_class::Key.new
  end

  def pointer(text) = described_class::JsonPointer.new(text)

  describe "by seeded random messages" do
    let(:random) { Random.new(RSpec.configuration.seed) }

    def pick(*values) = values[random.rand(values.size)]

    def value(depth = 0)
      choices = [nil, true, false, random.rand(-50..50), -(10**25), 1.5, "é\n\u0000", random.rand(20).to_s,
                 "\u{1F600}"]
      choices += [[value(depth + 1), value(depth + 1)], { "id" => value(depth + 1), "/~" => 1 }] if depth < 3
      pick(*choices)
    end

    def payload
      json = JSON.generate({ "id" => value, "a" => { "id" => value }, "list" => [value, { "id" => value }] })
      pick(json, json, JSON.generate(value), JSON.pretty_generate({ "id" => value }), '{"id":-0,"a":1e3}',
           '{"id":1,"id":"two"}', '{"id":/* c */3}', "{\"id\":\"\\ud83d\\ude00\\/\"}", nil)
    end

    def row(offset)
      headers = pick(nil, { "tenant" => "t#{random.rand(5)}", "x" => nil }, { "Tenant" => "\xFF".b })
      [offset, payload, pick(nil, "", random.rand(30).to_s, "\xFF\x00".b, "é"), headers]
    end

    let(:natives) do
      ids = ["/id", "/a/id", "/list/0", "/list/1/id", "/a/~1~0", "", "/list/-", "/none"].map do |text|
        pointer(text)
      end
      header = described_class::Header
      singles = [key, described_class::Payload.new, header.new("tenant"), header.new(:x), *ids]
      singles + singles.map { |one| one.modulo(7) } +
        [described_class::Several.new(key, pointer("/id").modulo(3), header.new("tenant")),
         described_class::Several.new(key, pointer("/id")).modulo(5)]
    end

    it "finds the lanes that the same lambda finds" do
      asked = 0
      3.times do
        messages = Karafka::Native::Batch.built("orders", 0, Array.new(60) { |index| row(index * 3) })
        natives.product(%i[consistent balanced], [1, 4, 64]).each do |native, distribution, count|
          expect(shares(messages, native, distribution, count))
            .to eq(shares(messages, as_lambda(native), distribution, count)),
                "#{native.inspect} #{distribution} #{count}, seed #{RSpec.configuration.seed}"
          asked += 1
        end
      end
      expect(asked).to eq(3 * natives.size * 6)
      expect(events).to be_empty
    end

    it "gives custom reducers the keys of the lambda" do
      messages = Karafka::Native::Batch.built("orders", 0, Array.new(60) { |index| row(index) })
      options[:reducer] = ->(text) { text.to_s.bytesize }
      natives.each do |native|
        expect(shares(messages, native, :consistent,
                      4)).to eq(shares(messages, as_lambda(native), :consistent, 4))
      end
    end
  end

  it "calls nothing in Ruby and makes no message where the engine reads all keys" do
    rows = Array.new(50) { |index| [index.to_s, %({"id":#{index}})] }
    messages = batch(*rows)
    natives = [key, pointer("/id"), described_class::Several.new(key, pointer("/id").modulo(3))]
    settings = natives.product(%i[consistent balanced]).map do |partitioner, distribution|
      Karafka::Routing::Features::VirtualPartitions.config(partitioner:, distribution:, max_partitions: 4)
    end
    by = Karafka::Processing::ConsumerGroups::Partitioner.new(subscription_group)
    settings.each do |config|
      topic.virtual_partitions = config
      calls = []
      trace = TracePoint.new(:call) { |point| calls << point.method_id if point.path.include?("/messages/") }
      trace.enable { by.call("orders", messages, coordinator) { |_, part| part.size } }
      expect(calls).to be_empty
    end
  end

  %i[consistent balanced].each do |distribution|
    it "tells a payload that is no JSON once, #{distribution} lanes" do
      found = shares(batch(%w[a {"id":1}], %w[b {"id"]), pointer("/id"), distribution, 4)
      expect(found).to eq(0 => [10, 11])
      expect(events.map { |event| event[:error] }).to match([be_a(JSON::ParserError)])
    end
  end

  it "leaves a class of the app that inherits from one of them to Ruby" do
    own = Class.new(described_class::Key) { def call(message) = message.raw_key.upcase }.new
    expect(shares(batch("a", "b"), own, :consistent, 4)).to eq(1 => [10], 2 => [11])
    expect { own.modulo(2) }.to raise_error(ArgumentError, /native/)
    expect { described_class::Several.new(own) }.to raise_error(ArgumentError, /native/)
  end

  it "refuses what makes no key" do
    ["id", "/~2", "/~"].each do |text|
      expect do
        pointer(text)
      end.to raise_error(ArgumentError, /JSON pointer "#{text}" (?:must|has)/)
    end
    [0, -1, 1.5, nil, 1 << 70].each do |one|
      expect do
        key.modulo(one)
      end.to raise_error(ArgumentError, /above 0/)
    end
    expect { described_class::Several.new }.to raise_error(ArgumentError)
    expect { described_class::Several.new(->(_) {}) }.to raise_error(ArgumentError)
  end

  it "finds keys of large batches on the pool as well as alone" do
    pad = "x" * 8_000
    rows = Array.new(200) { |index| ["k", %({"pad":"#{pad}","id":"#{index % 9}"})] }
    messages = batch(*rows)
    native = pointer("/id")
    expect(shares(messages, native, :consistent,
                  4)).to eq(shares(messages, as_lambda(native), :consistent, 4))
    expect(shares(messages, native, :balanced, 4)).to eq(shares(messages, as_lambda(native), :balanced, 4))
  end
end
