# frozen_string_literal: true

RSpec.describe Karafka::App, :fresh_app do
  let(:consumer) { Class.new }
  let(:config) { described_class.config }

  before { config.kafka = { "bootstrap.servers": "127.0.0.1:9092" }.freeze }

  def draw(&block)
    klass = consumer
    described_class.routes.draw { instance_exec(klass, &block) }
  end

  it "answers under three names with the routes" do
    expect([described_class.groups, described_class.consumer_groups]).to all(equal(described_class.routes))
  end

  it "delegates to Karafka what belongs to the whole process" do
    config.producer = Object.new

    expect(described_class.producer).to equal(Karafka.producer)
    expect(described_class.env).to equal(Karafka.env)
    expect(described_class.root).to eq(Karafka.root)
    expect(described_class.logger).to equal(Karafka.logger)
    expect(described_class.monitor).to equal(Karafka.monitor)
    expect(described_class).not_to respond_to(:env=)
  end

  it "answers for its state and its declarations" do
    answers = %i[run! stop!].map do |transition|
      described_class.public_send(transition)
      %i[running? stopping? done?].map { |question| described_class.public_send(question) }
    end

    expect(answers).to eq([[true, false, false], [false, true, true]])
    expect(described_class.declaratives).to equal(config.internal.declaratives.builder)
  end

  it "gives defaults to topics that are drawn later" do
    described_class.defaults { max_messages 7 }
    draw { |klass| topic(:a) { consumer klass } }

    expect(described_class.routes.first.topics.first.max_messages).to eq(7)
  end

  it "may be subclassed by the app" do
    expect(Class.new(described_class).config).to equal(config)
  end

  describe "subscription_groups" do
    it "has what is active, without changing the routes" do
      draw do |klass|
        consumer_group(:on) do
          topic(:a) { consumer klass }
          topic(:b) do
            consumer klass
            active false
          end
        end
        consumer_group(:off) { topic(:c) { active false } }
      end
      active = described_class.subscription_groups

      expect(active.keys.map(&:name)).to eq(%w[on])
      expect(active.values.flatten).to eq(described_class.routes.first.subscription_groups.to_a)
      expect(described_class.routes.first.topics.map(&:name)).to eq(%w[a b])
      expect(described_class.routes.map(&:name)).to eq(%w[on off])
    end
  end

  describe "warmup" do
    let(:seen) { [] }

    before { described_class.monitor.subscribe("app.before_warmup") { |event| seen << event[:caller] } }

    it "publishes, then prepares the heap" do
      allow(GC).to receive(:compact)
      described_class.warmup

      expect(seen).to eq([described_class])
      expect(GC).to have_received(:compact) unless ::Process.respond_to?(:warmup)
    end

    it "does nothing in a forked node" do
      config.swarm.node = Object.new
      expect(GC).not_to receive(:compact)
      described_class.warmup

      expect(seen).to be_empty
    end
  end

  describe "debug!" do
    let(:producer_config) { Struct.new(:kafka, :logger).new({ acks: 1 }, Logger.new(IO::NULL)) }
    let(:producer) { double(config: producer_config) }

    before do
      config.producer = producer
      draw { |klass| topic(:a) { consumer klass } }
    end

    it "reaches loggers, root, producer, routed topics and connections drawn from them" do
      [config, producer_config].each { |one| one.logger.level = Logger::ERROR }
      described_class.debug!
      group = described_class.routes.first

      expect([config.logger.level, producer.config.logger.level]).to all(eq(Logger::DEBUG))
      kafkas = [config, producer.config, group.topics.first, group.subscription_groups.first].map(&:kafka)
      expect(kafkas.map { |kafka| kafka[:debug] }).to all(eq("all"))
    end

    it "does not change a frozen hash of the producer, but replaces it" do
      producer_config.kafka.freeze
      described_class.debug!

      expect(producer_config.kafka).to eq(acks: 1, debug: "all")
    end

    it "takes contexts, and works without a producer" do
      config.producer = nil
      described_class.debug!("cgrp,topic")

      expect(described_class.routes.first.topics.first.kafka[:debug]).to eq("cgrp,topic")
    end
  end

  it "shows the assignments that the tracker knows" do
    expect(described_class.assignments).to equal(Karafka::Instrumentation::AssignmentsTracker.current)
  end
end
