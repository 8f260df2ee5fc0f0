# frozen_string_literal: true

RSpec.describe Karafka::Processing::ConsumerGroups::Executor, :fresh_app do
  let(:persistence) { true }
  let(:routed) do
    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
    klass = consumer_class
    kept = persistence
    Karafka::App.routes.draw do
      topic(:orders) do
        consumer klass
        consumer_persistence kept
      end
    end
    Karafka::App.routes.first.topics.first
  end
  let(:consumer_class) do
    stub_const("OrdersConsumer", Class.new(Karafka::BaseConsumer) do
      attr_reader :seen

      def initialized = @seen = [client, coordinator, producer, messages.size, used?]
      def consume = nil
      def revoked = @revoked = true
      def wrap(action) = [action, yield]
    end)
  end
  let(:client) { Object.new }
  let(:coordinator) { Karafka::Processing::ConsumerGroups::Coordinator.new(routed, 3) }
  let(:executor) { described_class.new("group", client, coordinator) }

  def batch = Karafka::Messages::Builders::Messages.call([], routed, 3, Time.now)
  def consumer = executor.instance_variable_get(:@consumer)

  it "has an id, the group's id, and no instance until there is work" do
    expect(executor.id).to match(/\A\h+\z/)
    expect([executor.group_id, executor.topic, executor.partition,
            executor.built?]).to eq(["group", routed, 3, false])
  end

  it "builds the instance complete, then initializes it" do
    executor.before_schedule_eofed
    expect(executor).to be_built
    expect(consumer.seen).to eq([client, coordinator, Karafka::App.producer, 0, false])
    expect(consumer.singleton_class.method_defined?(:mark_as_consumed)).to be(true)
  end

  it "keeps a producer that the instance brought along" do
    own = Object.new
    consumer_class.define_method(:initialize) { super(); @producer = own } # rubocop:disable Style/Semicolon
    executor.before_schedule_eofed
    expect(consumer.producer).to equal(own)
  end

  it "hands each batch to the same instance" do
    batches = [batch, batch]
    found = batches.map do |one|
      executor.before_schedule_consume(one)
      [consumer.id, consumer.messages.equal?(one)]
    end
    expect(found.uniq.size).to eq(1)
    expect(found.first.last).to be(true)
    expect(consumer.send(:used?)).to be(true)
  end

  # @yieldparam build [Proc] what the wrapper surrounds
  def wrap_builds(&wrap)
    Karafka::App.config.internal.processing.consumer_build_wrapper =
      Object.new.tap { |wrapper| wrapper.define_singleton_method(:wrap) { |&build| wrap.call(build) } }
  end

  it "builds and initializes its instance inside of the wrapper that is set, once" do
    story = []
    wrap_builds { |build| [story << :open, build.call, story << :close][1] }
    consumer_class.define_method(:initialized) { story << :initialized }
    2.times { executor.before_schedule_consume(batch) }
    expect(story).to eq(%i[open initialized close])
  end

  context "without persistence" do
    let(:persistence) { false }

    it "looks the class of each batch up inside of the wrapper that is set" do
      reloaded = []
      wrap_builds do |build|
        stub_const("OrdersConsumer", reloaded.push(Class.new(consumer_class)).last)
        build.call
      end
      built = Array.new(2) do
        executor.before_schedule_consume(batch)
        consumer.class
      end
      expect(built).to eq(reloaded)
    end

    it "hands each batch to a new instance of the class as it is named now" do
      executor.before_schedule_consume(batch)
      first = consumer
      reloaded = Class.new(consumer_class)
      stub_const("OrdersConsumer", reloaded)
      executor.before_schedule_consume(batch)
      expect(consumer).not_to equal(first)
      expect(consumer.class).to equal(reloaded)
    end

    it "takes a class without a name as it is, and still builds anew" do
      anonymous = Class.new(Karafka::BaseConsumer) { def consume = nil }
      allow(routed).to receive(:consumer).and_return(anonymous)
      ids = Array.new(2) do
        executor.before_schedule_consume(batch)
        consumer.id
      end
      expect(ids.uniq.size).to eq(2)
    end
  end
end
