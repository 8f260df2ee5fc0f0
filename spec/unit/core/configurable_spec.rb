# frozen_string_literal: true

RSpec.describe Karafka::Core::Configurable do
  let(:configured_class) do
    Class.new do
      extend Karafka::Core::Configurable

      setting :plain, default: 1
      setting(:group) do
        setting :inner, default: "x"
        setting(:deeper) { setting :deepest, default: nil }
      end
    end
  end

  let(:config) { configured_class.config }

  def node(&block)
    Karafka::Core::Configurable::Node.new(:root).tap { |root| root.instance_exec(&block) }
  end

  it "gives every setting its default" do
    expect(config.to_h).to eq(plain: 1, group: { inner: "x", deeper: { deepest: nil } })
  end

  it "keeps false and nil as values (H-246)" do
    configured_class.configure do |settings|
      settings.plain = false
      settings.group.inner = nil
    end

    expect([config.plain, config.group.inner]).to eq([false, nil])
  end

  it "freezes what to_h returns, groups included" do
    expect([config.to_h, config.to_h[:group]]).to all(be_frozen)
  end

  it "shares defaults by reference" do
    list = []
    root = node { setting :list, default: list }

    expect([root.list, root.deep_dup.list]).to all(equal(list))
  end

  it "starts a subclass from a copy of the values so far" do
    config.plain = 2
    child = Class.new(configured_class)
    child.config.group.inner = "child"
    config.plain = 3

    expect([child.config.plain, child.config.group.inner, config.group.inner]).to eq([2, "child", "x"])
  end

  it "gives each instance settings of its own when included" do
    klass = Class.new do
      include Karafka::Core::Configurable
      setting :name, default: "n"
    end
    one = klass.new
    other = klass.new
    one.configure { |settings| settings.name = "one" }

    expect([one.config.name, other.config.name, klass.config.name]).to eq(%w[one n n])
  end

  it "hands the settings to a block and returns them" do
    root = node { setting :plain, default: 1 }
    given = nil

    expect(root.configure { |settings| given = settings }).to equal(root).and(equal(given))
    expect(root.configure).to equal(root)
  end

  it "has no writer for a group" do
    expect { config.group = 1 }.to raise_error(NoMethodError)
  end

  it "lets a later declaration stand, and extends a group that exists" do
    configured_class.setting(:plain, default: 5)
    configured_class.setting(:group) { setting :added, default: 6 }

    expect(config.to_h).to eq(plain: 5, group: { inner: "x", deeper: { deepest: nil }, added: 6 })
  end

  describe "constructors" do
    it "take the default, or nothing" do
      root = node do
        setting :doubled, default: 4, constructor: ->(default) { default * 2 }
        setting :built, constructor: -> { :built }
      end

      expect(root.to_h).to eq(doubled: 8, built: :built)
    end

    it "run once, at the first read" do
      calls = 0
      root = node { setting :counted, constructor: -> { calls += 1 } }

      expect(calls).to eq(0)
      expect([root.counted, root.counted]).to eq([1, 1])
    end

    it "run once when many threads ask first" do
      slow = lambda do
        10.times { Thread.pass }
        Object.new
      end
      root = node { setting :one, constructor: slow }
      start = Queue.new
      threads = Array.new(10) { Thread.new { start.pop && root.one } }
      10.times { start << true }

      expect(threads.map(&:value).uniq.size).to eq(1)
    end

    it "may read other settings" do
      settings = node { setting :name, default: "a" }
      settings.setting(:greeting, constructor: -> { "hello #{settings.name}" })
      settings.setting(:letter, constructor: -> { "#{settings.greeting}!" })

      expect(settings.letter).to eq("hello a!")
    end

    it "run again while a lazy one finds nothing" do
      found = [false, nil, :found, :too_late]
      root = node { setting :sought, constructor: -> { found.shift }, lazy: true }

      expect(Array.new(4) { root.sought }).to eq([false, nil, :found, :found])
    end

    it "keep what they find, nil and false too, unless they are lazy" do
      [nil, false].each do |nothing|
        found = [nothing, :later]
        root = node { setting :sought, constructor: -> { found.shift } }

        expect(Array.new(2) { root.sought }).to eq([nothing, nothing])
      end
    end

    it "build a value for each copy, but copies keep what was assigned" do
      root = node { setting :object, constructor: -> { Object.new } }
      built = root.object
      expect(root.deep_dup.object).not_to equal(built)

      root.object = built
      expect(root.deep_dup.object).to equal(built)
    end

    it "are not run by settled_h" do
      root = node do
        setting :built, constructor: -> { raise "read" }
        setting(:group) { setting :plain, default: 1 }
      end

      expect(root.settled_h).to eq(group: { plain: 1 })
      expect([root.settled_h, root.settled_h[:group]]).to all(be_frozen)
    end
  end

  describe "names" do
    it "may be those of methods that every object has (H-249)" do
      names = %i[name method send type display test]
      root = node { names.each { |name| setting name, default: name } }

      expect(root.to_h).to eq(names.to_h { |name| [name, name] })
      expect(names.map { |name| root.public_send(name) }).to eq(names)
    end

    %i[to_h configure register setting deep_dup freeze class hash object_id public_send].each do |name|
      it "refuses `#{name}`, which the node itself answers" do
        expect { node { setting name } }.to raise_error(ArgumentError, /#{name}/)
      end
    end

    it "refuses what is no name of a method" do
      ["a b", "", "text", nil, 5, :"x=", :"1st"].each do |name|
        expect { node { setting name } }.to raise_error(ArgumentError)
      end
    end
  end

  describe "register" do
    it "adds a setting with a reader and a writer" do
      config.register(:extra, 7)
      config.extra += 1

      expect(config.to_h).to include(extra: 8)
    end

    it "refuses a name that exists, and leaves its value" do
      expect { config.register(:plain, 9) }.to raise_error(ArgumentError, /plain/)
      expect(config.plain).to eq(1)
    end
  end

  describe "a frozen node" do
    before { config.freeze }

    it "refuses writes in all groups and changes nothing (H-247)" do
      expect { config.plain = 2 }.to raise_error(FrozenError, /plain/)
      expect { config.group.deeper.deepest = 2 }.to raise_error(FrozenError)
      expect(config.to_h).to eq(plain: 1, group: { inner: "x", deeper: { deepest: nil } })
    end

    it "refuses new settings" do
      expect { config.register(:extra, 1) }.to raise_error(FrozenError)
      expect { config.setting(:extra) }.to raise_error(FrozenError)
      expect(config).not_to respond_to(:extra)
    end

    it "has copies that may be changed" do
      copy = config.deep_dup
      copy.plain = 2

      expect(copy.plain).to eq(2)
    end
  end

  it "shows names and no values, which may be secrets" do
    config.plain = "secret"

    expect(config.inspect).to include("plain").and(not_include("secret"))
  end

  RSpec::Matchers.define_negated_matcher :not_include, :include
end
