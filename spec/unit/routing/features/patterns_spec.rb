# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::Patterns do
  include_context "with empty routes"

  let(:group) { routes.first }
  let(:matcher) { group.topics.first }
  let(:connection) { group.subscription_groups.first }

  def draw_pattern(*arguments, group: "group", &options)
    klass = consumer
    routes.draw do
      consumer_group(group) do
        pattern(*arguments) do
          consumer(klass)
          instance_exec(&options) if options
        end
      end
    end
  end

  it "makes a matcher of a named pattern" do
    draw_pattern(:shop, /shop_.*/) { max_messages 7 }

    expect(matcher).to have_attributes(name: "shop", id: "group_shop", max_messages: 7, consumer:)
    expect(matcher.to_h[:patterns]).to eq(active: true, type: :matcher)
    expect(matcher).to be_patterns
    expect(connection.subscriptions).to eq(["^shop_.*"])
  end

  it "names an anonymous one" do
    draw_pattern(/shop_.*/)

    expect(matcher.name).to match(/\Akarafka-pattern-\h{12}\z/)
  end

  it "is there wherever topics are drawn, for jobs too" do
    klass = consumer
    stub_const("ActiveJob::Base", Class.new)
    routes.draw do
      pattern(/a/) { consumer klass }
      active_job_pattern(:jobs, /jobs/)
      subscription_group(:fast) { pattern(/b/) { consumer klass } }
      consumer_group(:other) do
        pattern(/c/) { consumer klass }
        subscription_group(:slow) { active_job_pattern(/d/) { max_messages 3 } }
      end
    end

    expect(routes.map { |one| one.topics.map(&:subscription_name) }).to eq([%w[^a ^jobs ^b], %w[^c ^d]])
    jobs = routes.flat_map { |one| one.topics.to_a }.select(&:active_job?)
    expect(jobs.map(&:manual_offset_management?)).to eq([true, true])
    expect(jobs.map(&:max_messages)).to eq([100, 3])
  end

  it "leaves regular topics what they are" do
    topic = draw_topic

    expect(topic.to_h[:patterns]).to eq(active: false, type: :regular)
    expect(topic).not_to be_patterns
    expect do
      topic.subscription_group.topics.find("else")
    end.to raise_error(Karafka::Errors::TopicNotFoundError)
  end

  it "refuses two equal anonymous ones in a group, and what is no Regexp" do
    draw_pattern(/a/)
    expect { draw_pattern(/a/) }.to refuse("routes.group.topics": /karafka-pattern-\h+" is routed 2 times/)
    routes.clear
    expect { draw_pattern(:a, "a.*") }.to refuse("routes.group.a.patterns.regexp": /a Regexp, not "a\.\*"/)
  end

  it "declares nothing, defaults or not, and needs no declaration" do
    config.strict_declarative_topics = true
    routes.defaults { config(partitions: 3) }
    draw_pattern(/a/)

    expect(declaratives.repository).to be_empty
    expect(connection.topics.find("abc").declaratives).to have_attributes(name: "abc")
    expect(declaratives.repository).to be_empty
  end

  it "says what Kafka's engines will not understand, once" do
    logger = instance_double(Karafka::Instrumentation::Logger, warn: nil)
    allow(Karafka).to receive(:logger).and_return(logger)
    draw_pattern(:shop, /shop/i)
    routes.draw

    expect(logger).to have_received(:warn).with(%r{/shop/i of pattern shop in group group.*flags}).once
  end

  describe "discovery" do
    before { draw_pattern(:shop, /shop_.*/) { [manual_offset_management(true), max_messages(9)] } }

    it "makes a topic of a name, once, with all that the matcher says" do
      topic = connection.topics.find("shop_eu")

      expect(topic).to have_attributes(name: "shop_eu", id: "group_shop_eu", max_messages: 9, consumer:,
                                       subscription_group: connection, consumer_group: group)
      expect(topic.to_h[:patterns]).to eq(active: true, type: :discovered)
      expect(topic).to be_manual_offset_management.and be_active
      expect(connection.topics.find("shop_eu")).to equal(topic)
      expect(group.topics.map(&:name)).to eq(%w[shop shop_eu])
      expect(connection.subscriptions).to eq(["^shop_.*"])
      expect(matcher.name).to eq("shop")
    end

    it "takes the one pattern there is for a name that Ruby would not match" do
      expect(connection.topics.find("else").max_messages).to eq(9)
    end

    it "keeps settings of one topic from the others" do
      topic = connection.topics.find("shop_eu")
      topic.kafka = { debug: "all" }

      expect(matcher.kafka).not_to have_key(:debug)
    end

    it "lists one topic however many threads discover it (H-235)" do
      found = Array.new(8) { Thread.new { connection.topics.find("shop_eu") } }.map(&:value)

      expect(found.uniq(&:object_id).size).to eq(1)
      expect(group.topics.count { |topic| topic.name == "shop_eu" }).to eq(1)
    end

    it "does not check names that Kafka gave when more is drawn" do
      %w[shop_a.b shop_a_b].each { |name| connection.topics.find(name) }

      expect { draw("later") }.not_to raise_error
    end

    it "leaves out what the filters of the process leave out" do
      topic = connection.topics.find("shop_eu")
      activity_manager.exclude(:topics, "shop_eu")
      expect([matcher.active?, topic.active?]).to eq([true, false])
      activity_manager.clear
      activity_manager.exclude(:topics, "shop")
      expect([matcher.active?, topic.active?]).to eq([false, false])
      activity_manager.clear
      activity_manager.include(:topics, "shop")
      expect([matcher.active?, topic.active?]).to eq([true, true])
    end
  end

  it "gives each connection its own topic, the group one, while others read the routes (H-235)" do
    klass = consumer
    routes.draw do
      consumer_group("group") do
        4.times { |n| pattern(:"shop#{n}", /shop_.*/) { [consumer(klass), max_messages(n + 1)] } }
      end
    end
    names = Array.new(50) { |n| "shop_#{n}" }
    reader = Thread.new { 200.times { [Karafka::Routing::Router.find_by(name: "none"), group.to_h] } }
    found = group.subscription_groups.map do |connection|
      Thread.new { names.shuffle.map { |name| connection.topics.find(name) } }
    end.map(&:value)
    reader.join

    expect(found.map { |topics| topics.map(&:max_messages).uniq }).to eq([[1], [2], [3], [4]])
    expect(found.flatten.uniq(&:object_id).size).to eq(200)
    expect(group.topics.map(&:name) - %w[shop0 shop1 shop2 shop3]).to match_array(names)
  end

  describe "several ways to a name" do
    def draw_rivals
      klass = consumer
      routes.draw do
        consumer_group("group") do
          pattern(:first, /shop_.*/) { [consumer(klass), max_messages(1)] }
          pattern(:second, /shop_e.*/) { [consumer(klass), max_messages(1)] }
          topic("shop_us") { [consumer(klass), max_messages(2)] }
        end
      end
    end

    it "takes the first matcher that matches" do
      draw_rivals

      expect(connection.topics.find("shop_eu").id).to eq("group_shop_eu")
      expect { connection.topics.find("else") }.to raise_error(Karafka::Errors::TopicNotFoundError, "else")
    end

    it "takes the exact name first, even where another connection was meant to read it" do
      draw_rivals
      topic = connection.topics.find("shop_us")

      expect(topic).to have_attributes(max_messages: 2, subscription_group: connection)
      expect(topic).not_to be_patterns
      expect(group.topics.count { |one| one.name == "shop_us" }).to eq(1)
    end

    it "reads such a name even where only the pattern is included, not where the name is excluded" do
      draw_rivals
      activity_manager.include(:topics, "first")
      topic = connection.topics.find("shop_us")
      expect(topic).to be_active

      activity_manager.exclude(:topics, "shop_us")
      expect(topic).not_to be_active
    end

    it "keeps from patterns what is excluded or inactive, not what another connection reads" do
      draw_rivals
      routes.draw { consumer_group("group") { topic("shop_off") { active false } } }
      activity_manager.exclude(:topics, "shop.out")
      activity_manager.exclude(:topics, "no name")

      expect(connection.connection_kafka[:"topic.blacklist"]).to eq("^shop_off$,^shop\\.out$")
      expect(routes.first.subscription_groups[1].connection_kafka).not_to have_key(:"topic.blacklist")
    end

    it "adds to what the app keeps away itself, and leaves the broker's matching alone" do
      activity_manager.exclude(:topics, "shop_us")
      config.kafka = config.kafka.merge("topic.blacklist": "^old")
      draw_rivals
      expect(connection.connection_kafka[:"topic.blacklist"]).to eq("^old,^shop_us$")

      routes.clear
      config.kafka = config.kafka.merge("group.protocol": "consumer")
      draw_rivals
      expect(routes.first.subscription_groups.first.connection_kafka[:"topic.blacklist"]).to eq("^old")
    end
  end
end
