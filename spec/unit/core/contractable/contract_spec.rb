# frozen_string_literal: true

RSpec.describe Karafka::Core::Contractable::Contract do
  def contract(base = described_class, &block)
    Class.new(base) do
      configure do |config|
        config.error_messages = {
          "missing" => "is missing", "format" => "is wrong", "inner_format" => "inner is wrong",
          "group_inner_special" => "very special", "special" => "rather special"
        }
      end
      class_exec(&block)
    end
  end

  def errors(klass, data, **options)
    klass.new.call(data, **options).errors
  end

  it "passes what every rule answers true to" do
    klass = contract { required(:id) { |id| id == 1 } }
    result = klass.new.call({ id: 1 })

    expect([result.success?, result.errors]).to eq([true, {}])
  end

  it "reports each failing path, under its scope" do
    klass = contract do
      required(:a) { false }
      required(:b) { nil }
    end

    expect(errors(klass, { a: 1, b: 1 }, scope: ["routes", :x]))
      .to eq("routes.x.a": "is wrong", "routes.x.b": "is wrong")
  end

  it "reports what is required and not there, and skips what is optional" do
    klass = contract do
      required(:a, :b) { true }
      optional(:c, :d) { false }
    end

    expect(errors(klass, {})).to eq("a.b": "is missing")
  end

  it "takes data that is no Hash for missing" do
    klass = contract { required(:a, :b) { true } }

    expect([nil, 5, "a", [], { a: 7 }].map { |data| errors(klass, data) }).to all(eq("a.b": "is missing"))
  end

  it "checks nil and false when they are there (H-246)" do
    seen = []
    klass = contract { optional(:a) { |value| seen << value } }
    [nil, false].each { |value| errors(klass, { a: value }) }

    expect(seen).to eq([nil, false])
  end

  it "takes a String for the text and a Symbol for its key, the most specific text first" do
    klass = contract do
      required(:text) { "special" }
      nested(:group) do
        required(:inner) { :special }
        required(:other) { :special }
      end
      required(:deep, :inner) { false }
      required(:unknown) { :no_such_key }
    end
    data = { text: 1, group: { inner: 1, other: 1 }, deep: { inner: 1 }, unknown: 1 }

    expect(errors(klass, data)).to eq(
      text: "special", "group.inner": "very special", "group.other": "rather special",
      "deep.inner": "inner is wrong", unknown: "no_such_key"
    )
  end

  it "prefixes nested paths, and only those" do
    klass = contract do
      nested(:a) do
        nested(:b) { required(:c) { false } }
        required(:d) { false }
      end
      required(:e) { false }
    end

    expect(errors(klass, { a: { b: { c: 1 }, d: 1 }, e: 1 }).keys).to eq(%i[a.b.c a.d e])
  end

  it "hands value, data, failures so far and itself to a rule" do
    seen = nil
    klass = contract do
      required(:a) { false }
      required(:b) { |*arguments| seen = arguments }
    end
    data = { a: 1, b: 2 }
    instance = klass.new
    instance.call(data)

    expect(seen).to eq([2, data, [[%i[a], :format]], instance])
  end

  it "takes pairs of path and message from a virtual rule, and anything else for a pass" do
    klass = contract do
      virtual do |data, failures, _contract|
        [[%i[x y], "no"], %i[z special]] if data[:bad] && failures.empty?
      end
      virtual { true }
      virtual { [] }
    end

    expect([errors(klass, { bad: false }), errors(klass, { bad: true })])
      .to eq([{}, { "x.y": "no", z: "rather special" }])
  end

  it "gives subclasses the rules and texts so far, and not the other way round" do
    parent = contract { required(:a) { false } }
    child = Class.new(parent) { required(:b) { false } }

    expect([errors(child, { a: 1, b: 1 }).keys, parent.rules.size]).to eq([%i[a b], 1])
  end

  describe "validate!" do
    let(:klass) { contract { required(:a) { |value| value == 1 } } }

    it "returns true" do
      expect(klass.new.validate!({ a: 1 }, ArgumentError)).to be(true)
    end

    it "raises the error class with the errors Hash as its message" do
      expect { klass.new.validate!({ a: 2 }, ArgumentError, scope: %w[s]) }
        .to raise_error(ArgumentError, { "s.a": "is wrong" }.to_s)
    end
  end
end
