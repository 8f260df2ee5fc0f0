# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::DeadLetterQueue do
  include_context "with empty routes"

  let(:contract) { described_class::Contract.new }

  def topic(&options)
    group = Karafka::Routing::ConsumerGroup.new("group", routes)
    group.route("events", &options)
  end

  def check(topic, **more)
    contract.validate!({ **topic.to_h, **more })
  end

  describe "what it reads as" do
    let(:defaults) do
      { max_retries: 3, independent: false, transactional: true, dispatch_method: :produce_async,
        marking_method: :mark_as_consumed, mark_after_dispatch: nil, strategy: nil }
    end

    it "is off by default, with every option to read" do
      expect(topic.dead_letter_queue?).to be(false)
      expect(topic.to_h[:dead_letter_queue]).to eq(active: false, topic: nil, **defaults)
    end

    it "is on with a topic, options that are not given having their defaults" do
      described = topic { dead_letter_queue(topic: "dead", max_retries: 1) }

      expect(described.dead_letter_queue?).to be(true)
      expect(described.to_h[:dead_letter_queue]).to eq(active: true, topic: "dead", **defaults,
                                                       max_retries: 1)
    end

    it "is on to skip with false, and off with nil or without a topic" do
      expect(topic { dead_letter_queue(topic: false) }).to be_dead_letter_queue
      expect(topic { dead_letter_queue(topic: nil) }).not_to be_dead_letter_queue
      expect(topic { dead_letter_queue(max_retries: 2) }).not_to be_dead_letter_queue
    end

    it "takes a Symbol for a name, except for :strategy" do
      expect(topic { dead_letter_queue(topic: :dead) }.dead_letter_queue.topic).to eq("dead")
      strategy = topic { dead_letter_queue(topic: :strategy, strategy: -> {}) }
      expect(strategy.dead_letter_queue.topic).to eq(:strategy)
    end

    it "knows the one topic that all go to, if there is one" do
      names = ["dead", :dead, false, nil, :strategy].map do |given|
        topic { dead_letter_queue(topic: given) }.dead_letter_queue.topic_name
      end

      expect(names).to eq(["dead", "dead", nil, nil, nil])
    end

    it "answers predicates" do
      queue = topic do
        dead_letter_queue(topic: "dead", independent: true, transactional: false)
      end.dead_letter_queue

      expect(queue).to be_active.and be_independent
      expect(queue).not_to be_transactional
    end
  end

  it "takes the first call as a whole, which later ones and defaults read" do
    routes.defaults { dead_letter_queue(topic: "default", max_retries: 9) }
    described = topic do
      [dead_letter_queue(topic: "own"), dead_letter_queue(topic: "second", max_retries: 5)]
    end

    expect(described.dead_letter_queue).to have_attributes(topic: "own", max_retries: 3)
    expect(described.dead_letter_queue(topic: "third")).to equal(described.dead_letter_queue).and be_frozen
    expect(topic.dead_letter_queue).to have_attributes(topic: "default", max_retries: 9)
  end

  it "does not settle anything by being read" do
    described = topic { dead_letter_queue }
    described.dead_letter_queue(topic: "dead")

    expect(described).to be_dead_letter_queue
  end

  it "knows keywords only, and those it knows" do
    expect { topic { dead_letter_queue(topic: "dead", retries: 1) } }
      .to raise_error(ArgumentError, /options of topic events: retries/)
    expect { topic { dead_letter_queue("dead") } }.to raise_error(ArgumentError)
  end

  describe "checks" do
    {
      topic: ["", "a b", "a\n", 1, true, [], "\xFF"],
      max_retries: [-1, 1.5, "3", nil],
      independent: [nil, 1], transactional: [nil, "true"],
      dispatch_method: [:produce_many_sync, "produce_sync", nil],
      marking_method: [:mark, "mark_as_consumed", nil],
      mark_after_dispatch: [:yes, 1],
      strategy: [1, :call]
    }.each do |option, values|
      values.each do |value|
        it "refuses #{option} #{value.inspect}, naming both" do
          expect { draw("a") { dead_letter_queue(topic: "dead", option => value) } }
            .to refuse("routes.group.a.dead_letter_queue.#{option}": /./)
        end
      end
    end

    {
      topic: ["dead", :dead, "a.b-c_D9", false, nil],
      max_retries: [0, 100],
      dispatch_method: %i[produce_sync produce_async],
      marking_method: %i[mark_as_consumed mark_as_consumed!],
      mark_after_dispatch: [nil, true, false],
      strategy: [->(_errors, _attempt) { :retry }, nil]
    }.each do |option, values|
      values.each do |value|
        it "takes #{option} #{value.inspect}" do
          expect { check(topic { dead_letter_queue(topic: "dead", option => value) }) }.not_to raise_error
        end
      end
    end

    it "looks at the other options of an inactive queue too" do
      expect { draw("a") { dead_letter_queue(max_retries: -1) } }
        .to refuse("routes.group.a.dead_letter_queue.max_retries": /at least 0, not -1/)
    end

    it "refuses to leave the topic to a strategy that is not there" do
      expect { draw("a") { dead_letter_queue(topic: :strategy) } }
        .to refuse("routes.group.a.dead_letter_queue.strategy": /topic: :strategy/)
    end

    it "demands a retry before lanes give up, if the queue is on" do
      lanes = { virtual_partitions: { active: true } }
      none = topic { dead_letter_queue(topic: "dead", max_retries: 0) }

      expect { check(none, **lanes) }.to refuse("dead_letter_queue.max_retries": /at least 1.*virtual/)
      expect { check(none) }.not_to raise_error
      expect { check(topic { dead_letter_queue(topic: "dead", max_retries: 1) }, **lanes) }.not_to raise_error
      expect { check(topic { dead_letter_queue(max_retries: 0) }, **lanes) }.not_to raise_error
    end
  end

  describe "strict declarative topics" do
    before { config.strict_declarative_topics = true }

    def drawing(queue)
      -> { draw("a") { [config(partitions: 1), dead_letter_queue(topic: queue)] } }
    end

    it "demands a declaration of the queue's topic" do
      expect { drawing("dead").call }.to refuse("routes.topics.dead": /no active declaration/)
    end

    it "refuses one that is not active" do
      declaratives.draw { topic("dead") { active false } }

      expect { drawing("dead").call }.to refuse("routes.topics.dead": /no active declaration/)
    end

    [false, :strategy].each do |queue|
      it "demands none for #{queue.inspect}" do
        lanes = { topics: { "a" => Karafka::Declaratives::Topic.new("a") } }
        described = topic { dead_letter_queue(topic: queue) }

        expect(described.dead_letter_queue.topic_name).to be_nil
        expect { Karafka::Contracts::Routing.new.validate!(lanes) }.not_to raise_error
      end
    end
  end

  describe "marking after dispatch" do
    def marks?(told, manual: false, job: false)
      described = topic do
        dead_letter_queue(topic: "dead", mark_after_dispatch: told)
        manual_offset_management(manual)
        active_job(job)
      end
      described.mark_after_dispatch?
    end

    it "follows the option, else is on, but off under manual offsets" do
      expect([nil, true, false].map { |told| marks?(told) }).to eq([true, true, false])
      expect([nil, true, false].map { |told| marks?(told, manual: true) }).to eq([false, true, false])
    end

    it "is always on for jobs" do
      expect([nil, true, false].map { |told| marks?(told, manual: true, job: true) }).to all(be(true))
    end
  end
end
