# frozen_string_literal: true

require_relative "json_documents"

RSpec.describe Karafka::Native::Deserializers::JSON do
  include JSONDocuments

  subject(:deserializer) { described_class.new }

  # What came out, to the last bit and flag: `eq` alone takes 1.0 for 1 and 0.0 for -0.0.
  def outcome
    detailed(yield)
  rescue JSON::JSONError, EncodingError, TypeError => e
    [e.class, e.message]
  end

  def expect_equality(source)
    before = source.dup
    expect(outcome { deserializer.call(stub(source)) }).to eq(outcome do
                                                                JSON.parse(source.dup)
                                                              end), source.inspect
    expect(source).to eq(before)
    expect(source.encoding).to eq(before.encoding) if source.is_a?(String)
  end

  JSONDocuments::GROUPS.each do |name, sources|
    it "gives what JSON.parse gives: #{name}" do
      sources.each { |source| [source, source.b].each { |one| expect_equality(one) } }
    end
  end

  it "gives what JSON.parse gives for Strings in other encodings" do
    expect_equality(%(["é", 1]).encode("UTF-16LE"))
    expect_equality(%(["\xE9"]).dup.force_encoding("ISO-8859-1"))
    expect_equality(%(["a"]).encode("US-ASCII"))
    expect_equality(%(["\xC3\xA9"]).dup.force_encoding("US-ASCII"))
    expect_equality(%([1]).encode("UTF-16").freeze)
  end

  it "gives what JSON.parse gives for what is no String" do
    expect_equality([1])
    expect(deserializer.call(stub(Class.new { def to_str = "[1]" }.new))).to eq([1])
  end

  it "gives what JSON.parse gives for huge Strings, of which the VM lock is released" do
    pairs = Array.new(20_000) { |number| %("k#{number}":{"a":#{number}}) }
    [%(["#{"x" * 1_000_000}","#{"é\\n" * 100_000}"]), "[#{(["1.25"] * 100_000).join(",")}]",
     "[#{" " * 100_000}", "{#{pairs.join(",")}}"].each { |source| expect_equality(source) }
  end

  it "gives what JSON.parse gives for any document" do
    random = Random.new(RSpec.configuration.seed)
    1_500.times { expect_equality(random_document(random)) }
  end

  it "gives what JSON.parse gives for any document that is damaged" do
    random = Random.new(RSpec.configuration.seed)
    1_500.times { expect_equality(damaged(random_document(random), random)) }
  end

  it "gives what JSON.parse gives for any number" do
    random = Random.new(RSpec.configuration.seed)
    5_000.times { expect_equality("[#{random_number(random)}]") }
  end

  it "gives nil for a tombstone" do
    expect(deserializer.call(stub(nil))).to be_nil
    expect(deserializer.call_at(stub(nil), "/a")).to be_nil
  end

  it "shares names, frozen, with all Strings of that content, and nothing else" do
    source = stub(%({"name":"value","#{"n" * 100}":["value"]}))
    first, second = Array.new(2) { deserializer.call(source) }
    expect(first.keys.map(&:frozen?)).to all(be(true))
    expect(first.keys.zip(second.keys)).to all(satisfy { |one, other| one.equal?(other) })
    expect(first.keys.first).to equal(-"name")
    expect(first.values.first).not_to equal(second.values.first)
    first["name"] << "!"
    expect(second["name"]).to eq("value")
  end

  it "serves as class and as frozen instance alike" do
    [described_class, described_class.new.freeze].each do |one|
      expect(one.call(stub("[1]"))).to eq([1])
      expect(one.call_at(stub("[1]"), "/0")).to eq(1)
    end
  end

  it "finds single values by JSON pointer, and nil where nothing is" do
    source = stub(%({"order":{"id":7,"lines":[{"price":1.5},{"price":null}],"a/b":{"m~n":"é"},"":0}}))
    expected = { "/order/id" => 7, "/order/lines/0/price" => 1.5, "/order/lines/1/price" => nil,
                 "/order/lines/2" => nil, "/order/lines/-" => nil, "/order/lines/00" => nil, "/none" => nil,
                 "/order/a~1b/m~0n" => "é", "/order/" => 0, "/order/id/0" => nil,
                 "/order/lines/1" => { "price" => nil }, "" => JSON.parse(source.raw_payload) }
    expected.each { |pointer, value| expect(deserializer.call_at(source, pointer)).to eq(value), pointer }
  end

  it "finds in documents of every kind what is found in the whole" do
    random = Random.new(RSpec.configuration.seed)
    40.times do
      source = random_document(random)
      whole = JSON.parse(source)
      pointers(whole).each do |pointer, value|
        expect(detailed(deserializer.call_at(stub(source), pointer))).to eq(detailed(value)),
                                                                         "#{pointer} in #{source}"
      end
    end
  end

  it "finds by pointer what JSON.parse alone reads, the last of equal names included" do
    expect(deserializer.call_at(stub(%(/* c */ {"a":[1,"\\x"]})), "/a/1")).to eq("x")
    expect(deserializer.call_at(stub(%({"a":1,"a":[2,3]})), "/a/1")).to eq(3)
    expect(deserializer.call_at(stub(%({"a":{"b":1,"b":2}})), "/a")).to eq("b" => 2)
  end

  it "raises for a broken document whatever the pointer, and for what is no pointer" do
    ["", "{", %({"a":1,"b":}), %({"a":1} x)].each do |source|
      expect { deserializer.call_at(stub(source), "/a") }.to raise_error(JSON::ParserError)
    end
    expect do
      deserializer.call_at(stub("{}"), "a")
    end.to raise_error(ArgumentError, /"a" must be empty or begin/)
    expect { deserializer.call_at(stub("{}"), "/~2") }.to raise_error(ArgumentError, /neither/)
    expect { deserializer.call_at(stub("{}"), "/\xFF") }.to raise_error(StandardError, /UTF-8/)
    expect { deserializer.call_at(stub("{}"), nil) }.to raise_error(TypeError)
  end

  it "survives a collection at every allocation" do
    sources = [%([{"name":"text","other":[1,2.5,12345678901234567890]},{"#{"n" * 60}":["#{"t" * 100}"]}]),
               %({#{Array.new(70) { |n| %("key#{n}":["v#{n}"]) }.join(",")}}), %({"a":1,"a":2})]
    expected = sources.map { |source| JSON.parse(source) }
    GC.stress = true
    found = sources.map { |source| deserializer.call(stub(source)) }
    GC.stress = false
    expect(found).to eq(expected)
  ensure
    GC.stress = false
  end

  it "knows names again after they moved" do
    source = stub(%({"moved1":1,"moved2":2,"moved3":3}))
    before = deserializer.call(source).keys
    GC.compact
    expect(deserializer.call(source).keys.zip(before)).to all(satisfy { |one, other| one.equal?(other) })
  end

  it "serves many threads at once" do
    sources = Array.new(8) { |n| stub(%({"n":#{n},"list":[#{(["#{n}.5"] * 30_000).join(",")}]})) }
    found = sources.map { |source| Thread.new { Array.new(20) { deserializer.call(source) } } }.map(&:value)
    found.each_with_index do |values, n|
      expect(values.uniq).to eq([{ "n" => n, "list" => [n + 0.5] * 30_000 }])
    end
  end
end
