# frozen_string_literal: true

require_relative "../native_helper"

RSpec.describe Karafka::Native::Deserializers::JSON, "of a batch", :native do
  let(:topic) { Karafka::Routing::Topic.new("orders", Karafka::Routing::ConsumerGroup.new("group")) }

  before do
    Karafka::Messages::Message.instance_variable_set(:@parser, Karafka::Messages::Parser.new)
    topic.deserializers(payload: described_class)
  end

  after { Karafka::Messages::Message.instance_variable_set(:@parser, nil) }

  def payload(index)
    lines = Array.new(8) { |number| { "sku" => "#{index}-#{number}" } }
    JSON.generate("index" => index, "lines" => lines)
  end

  # @return [Array<Karafka::Messages::Messages>] what comes of `payloads`, as consumers get it
  def batches(payloads)
    connection = connect
    connection.subscribe([topic_with(*payloads)])
    read(connection, payloads.size).map do |batch|
      Karafka::Messages::Builders::Messages.call(batch, topic, 0, Time.now)
    end
  end

  def messages(*payloads) = batches(payloads.flatten).flat_map(&:raw)

  def first_with(parser)
    Karafka::Messages::Message.instance_variable_set(:@parser, parser)
    messages(payload(0)).first
  end

  it "reads every message, ahead of its reader or not" do
    payloads = Array.new(1_000) { |index| payload(index) }
    found = batches(payloads)
    expect(found.flat_map(&:payloads)).to eq(payloads.map { |one| JSON.parse(one) })
    expect(found.flat_map(&:raw)).to all(be_deserialized)
    expect(found.flat_map(&:raw_payloads)).to eq(payloads)
  end

  it "reads in any order, over and over, and in many threads" do
    payloads = Array.new(600) { |index| payload(index) }
    all = messages(payloads)
    threads = Array.new(4) do |seed|
      shuffled = all.shuffle(random: Random.new(seed))
      Thread.new { shuffled.to_h { |message| [message.offset, message.payload_at("/index")] } }
    end
    expect(threads.map { |thread| thread.value.sort }).to all(eq(Array.new(600) { |index| [index, index] }))
    expect(all.reverse.map { |message| message.payload["index"] }).to eq((0...600).to_a.reverse)
  end

  it "makes no String of the payload, unless somebody wants that too" do
    message, = messages(payload(0))
    message.payload
    expect(message.instance_variable_get(:@raw_payload)).to be_nil
    expect(message.raw_payload).to eq(payload(0))
    expect(message.raw_payload.encoding).to eq(Encoding::BINARY)
  end

  it "raises the parser's own error at the broken message, again at the next access, and at no other" do
    all = messages(Array.new(300) do |index|
                     [7, 250].include?(index) ? "{\"index\":#{index}," : payload(index)
                   end)
    all.each_with_index do |message, index|
      next expect(message.payload["index"]).to eq(index) unless [7, 250].include?(index)

      2.times { expect { message.payload }.to raise_error(JSON::ParserError) }
      expect { message.payload_at("/index") }.to raise_error(JSON::ParserError)
      expect(message).not_to be_deserialized
    end
  end

  it "leaves to Ruby's parser what only that reads, also ahead" do
    all = messages(Array.new(300) { |index| "// comment\n#{payload(index)}" })
    last = all.map { |message| message.payload_at("/lines/7/sku") }
    expect(last).to eq(Array.new(300) { |index| "#{index}-7" })
    expect(all.map { |message| message.payload["index"] }).to eq((0...300).to_a)
  end

  it "gives nil for tombstones and raises for empty payloads" do
    all = messages(Array.new(300) { |index| index.odd? ? nil : "" })
    all.each_with_index do |message, index|
      next expect { message.payload }.to raise_error(JSON::ParserError) if index.even?

      expect([message.payload, message.payload_at("/a"), message.deserialized?]).to eq([nil, nil, true])
    end
  end

  it "finds single values without building the payload" do
    message, = messages(payload(3))
    expect([message.payload_at("/lines/2/sku"), message.payload_at("/none")]).to eq(["3-2", nil])
    expect(message).not_to be_deserialized
    message.payload["lines"][2]["sku"] = "changed"
    expect(message.payload_at("/lines/2/sku")).to eq("changed")
    expect { message.payload_at("lines") }.to raise_error(ArgumentError, /JSON pointer "lines"/)
  end

  it "leaves single values to the parser and the deserializer of the app, where those are others" do
    own = Class.new(Karafka::Messages::Parser) { def call_at(*) = [super] }.new
    expect(first_with(own).payload_at("/index")).to eq([0])
    expect(first_with(->(message) { [message.raw_payload] }).payload_at("/0")).to eq(payload(0))

    others = topic.deserializers.dup
    others.payload = ->(message) { { "size" => message.raw_payload.size } }
    allow(topic).to receive(:deserializers).and_return(others)
    expect(first_with(Karafka::Messages::Parser.new).payload_at("/size")).to eq(payload(0).size)
  end

  it "reads what replaced the raw payload, as decryption does, and not what the batch has" do
    replaced, altered, cleared = messages(payload(0), payload(1), payload(2))
    replaced.raw_payload = %({"index":"plain"})
    expect([replaced.payload_at("/index"), replaced.payload]).to eq(["plain", { "index" => "plain" }])
    altered.raw_payload.replace("[1]")
    expect([altered.payload_at("/0"), altered.payload]).to eq([1, [1]])
    cleared.clean!
    expect { cleared.payload }.to raise_error(Karafka::Errors::MessageClearedError)
    expect { cleared.payload_at("/index") }.to raise_error(Karafka::Errors::MessageClearedError)
  end

  it "reads messages that were kept after their batch and its connection" do
    payloads = Array.new(500) { |index| payload(index) }
    connection = connect
    connection.subscribe([topic_with(*payloads)])
    kept = read(connection, 500).flat_map do |batch|
      all = Karafka::Messages::Builders::Messages.call(batch, topic, 0, Time.now)
      all.raw.first(2).each(&:payload)
      all.raw.last(20)
    end
    connection.close(1_000)
    GC.start
    GC.compact
    expect(kept.map(&:payload)).to eq(kept.map { |message| JSON.parse(payload(message.offset)) })
  end

  it "reads large documents, of which the VM lock is released, while others are read" do
    large = JSON.generate("text" => "x" * 200_000, "list" => (0..20_000).to_a)
    all = messages(large, large, large)
    threads = all.map { |message| Thread.new { [message.payload_at("/list/20000"), message.payload] } }
    expect(threads.map(&:value)).to all(eq([20_000, JSON.parse(large)]))
  end

  it "reads in a forked child what the parent began to read" do
    all = messages(Array.new(1_000) { |index| payload(index) })
    all.first(10).each(&:payload)
    status = in_child do
      sound = all.each_with_index.all? { |message, index| message.payload["index"] == index }
      exit!(sound ? 7 : 1)
    end
    expect(status.exitstatus).to eq(7)
    expect(all.last.payload["index"]).to eq(999)
  end

  it "survives a collection at every allocation" do
    all = messages(Array.new(4) { |index| payload(index) })
    GC.stress = true
    found = all.map { |message| [message.payload_at("/lines/1/sku"), message.payload["index"]] }
    GC.stress = false
    expect(found).to eq(Array.new(4) { |index| ["#{index}-1", index] })
  ensure
    GC.stress = false
  end

  it "goes with its batch" do
    # In a thread of its own, so that no stack keeps one of them.
    weak = Thread.new do
      Array.new(6) do |round|
        all = batches(Array.new(50) { |index| payload((round * 50) + index) }).first
        all.each { |message| message.payload_at("/index") }
        ObjectSpace::WeakMap.new.tap { |map| map[all.raw.first.instance_variable_get(:@batch)] = true }
      end
    end.value
    # Ruby takes any word on a stack for a reference: a stale one may keep one of them, a leak keeps all.
    await("the batches to be collected") do
      GC.start
      weak.count { |map| map.size.positive? } <= 1
    end
  end
end
