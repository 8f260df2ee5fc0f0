# frozen_string_literal: true

RSpec.describe Karafka::BaseConsumer, :fresh_app do
  let(:routed) do
    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
    Karafka::App.routes.draw { topic(:orders) { consumer Class.new(Karafka::BaseConsumer) } }
    Karafka::App.routes.first.topics.first
  end
  let(:coordinator) { Karafka::Processing::ConsumerGroups::Coordinator.new(routed, 4) }

  # As Executor builds one.
  def built(klass = described_class)
    klass.new.tap do |consumer|
      consumer.singleton_class.include(Karafka::Processing::ConsumerGroups::Strategy)
      consumer.coordinator = coordinator
      consumer.client = Object.new
      consumer.messages = Karafka::Messages::Builders::Messages.call([], routed, 4, Time.now)
    end
  end

  it "knows nothing before it is built, and what delegates says so" do
    consumer = described_class.new
    expect([consumer.messages, consumer.client, consumer.coordinator, consumer.producer]).to eq([nil] * 4)
    %i[topic partition seek_offset each].each do |name|
      expect { consumer.public_send(name) }.to raise_error(NoMethodError)
    end
  end

  it "has an id of its own, twelve hexadecimal digits" do
    ids = Array.new(20) { described_class.new.id }
    expect(ids).to all(match(/\A\h{12}\z/))
    expect(ids.uniq.size).to eq(20)
  end

  it "must define consume" do
    expect { built.send(:consume) }.to raise_error(NotImplementedError, /consume/)
  end

  %i[initialized consume eofed revoked shutdown wrap pause resume seek revoked? attempt retrying?
     used?].each do |name|
    it "keeps #{name} to itself" do
      expect(described_class.private_method_defined?(name)).to be(true)
      expect { built.public_send(name) }.to raise_error(NoMethodError, /private/)
    end
  end

  it "has marking only once it is built, in front of a method of that name" do
    expect(described_class.method_defined?(:mark_as_consumed)).to be(false)
    shadowed = Class.new(described_class) { def mark_as_consumed(_message) = :mine }
    consumer = built(shadowed)
    consumer.client.define_singleton_method(:mark_as_consumed) { |*| true }
    coordinator.state.begin_batch(0, 5, false)
    expect(consumer.mark_as_consumed(Struct.new(:offset).new(3))).to be(true)
    expect(consumer.seek_offset).to eq(4)
  end

  it "walks its messages and is no Enumerable" do
    consumer = built
    consumer.messages = [1, 2]
    walked = []
    consumer.each { |message| walked << message }
    expect(walked).to eq([1, 2])
    expect(described_class.ancestors).not_to include(Enumerable)
  end

  it "lets a producer of its class win" do
    own = Object.new
    klass = Class.new(described_class) { define_method(:producer) { own } }
    expect(klass.new.producer).to equal(own)
  end

  it "shows what it is without walking messages" do
    consumer = built
    expect(consumer.inspect).to match(
      Regexp.new("\\A#<Karafka::BaseConsumer:0x\\h{16} id=#{consumer.id} topic=\"orders\" partition=4 " \
                 "used=false messages_count=0 revoked=false>\\z")
    )
  end

  it "shows itself unbuilt, too, even if initialize never called super" do
    klass = Class.new(described_class) do
      # A user's class that forgot `super`.
      def initialize
        @mine = true
      end
    end
    expect(klass.new.inspect).to include("topic=nil", "partition=nil", "used=false", "revoked=false")
    expect(klass.new.id).to be_nil
  end

  it "carries tags" do
    consumer = described_class.new
    consumer.tags.add(:kind, :slow)
    consumer.tags.add(:kind, :fast)
    consumer.tags.add(:other, "fast")
    expect(consumer.tags.to_a).to eq(%w[fast])
    consumer.tags.clear
    expect(consumer.tags.to_json).to eq("[]")
  end

  it "counts attempts and tells a retry" do
    consumer = built
    expect([consumer.send(:attempt), consumer.send(:retrying?)]).to eq([0, false])
    coordinator.state.begin_batch(0, 0, false)
    coordinator.state.enter_run
    expect([consumer.send(:attempt), consumer.send(:retrying?)]).to eq([1, false])
    coordinator.state.begin_batch(0, 0, false)
    coordinator.state.enter_run
    expect([consumer.send(:attempt), consumer.send(:retrying?)]).to eq([2, true])
  end
end
