# frozen_string_literal: true

require_relative "schedules_context"

RSpec.describe Karafka::ScheduledMessages::Dispatcher, :fresh_app do
  subject(:dispatcher) { described_class.new }

  include_context "with schedules"

  # Takes what a producer is given, and refuses what `refusals` names by its target's key.
  let(:producer_class) do
    handle = Class.new(Struct.new(:error)) do
      def wait(max_wait_timeout_ms:) = error ? raise(error) : max_wait_timeout_ms
    end
    Class.new do
      const_set(:Handle, handle)
      attr_reader :sent, :refusals
      attr_accessor :transactional, :tombstones_refused

      def initialize
        @sent = []
        @refusals = {}
      end

      def transactional? = @transactional
      def config = Struct.new(:max_wait_timeout).new(1_000)

      def transaction
        before = @sent.dup
        yield
        failed = @handles.to_a.filter_map(&:error).first
        raise WaterDrop::Errors::ProduceError, "commit" if failed
      rescue StandardError
        @sent.replace(before)
        raise
      ensure
        @handles = nil
      end

      def produce_async(message)
        refusal = @refusals[message[:key]]
        raise refusal if refusal.is_a?(WaterDrop::Errors::MessageInvalidError)

        @sent << message unless refusal
        self.class::Handle.new(refusal).tap { |handle| (@handles ||= []) << handle }
      end

      def produce_many_async(messages) = messages.each { |message| @sent << message }

      def produce_many_sync(messages)
        raise WaterDrop::Errors::ProduceManyError, "down" if @tombstones_refused

        produce_many_async(messages)
      end
    end
  end
  let(:producer) { producer_class.new }
  let(:day) { Karafka::ScheduledMessages::Day.new }
  let(:too_large) { Rdkafka::RdkafkaError.new(10) }
  let(:unknown_topic) { WaterDrop::Errors::MessageInvalidError.new("topic") }

  before { Karafka::App.config.scheduled_messages.producer = producer }

  # Schedules that were due long ago, whose target key is their own.
  def fill(*keys)
    keys.each_with_index { |key, index| day.take(schedule(index, 1, key:, target_key: key)) }
  end

  def pass = dispatcher.call(day) { true }
  def sent = producer.sent.map { |message| [message[:topic], message[:key]] }
  def waiting = day.due(100).map(&:key)

  [false, true].each do |transactional|
    context "with a producer that is #{transactional ? "" : "not "}transactional" do
      before { producer.transactional = transactional }

      it "sends a flush, then takes its records away, then goes on" do
        Karafka::App.config.scheduled_messages.flush_batch_size = 2
        fill("a", "b", "c")
        pass
        expect(sent).to eq([%w[target a], %w[target b], %w[later a], %w[later b], %w[target c], %w[later c]])
        expect(producer.sent[2]).to eq(
          topic: "later", partition: 2, key: "a", payload: nil,
          headers: { "schedule_schema_version" => "1.0.0", "schedule_source_type" => "tombstone",
                     "schedule_source_offset" => "0" }
        )
        expect(waiting).to be_empty
      end

      it "does nothing where nothing is due" do
        pass
        expect(sent).to be_empty
      end

      it "stops before a flush when it may not go on" do
        Karafka::App.config.scheduled_messages.flush_batch_size = 1
        fill("a", "b")
        answers = [true, false]
        dispatcher.call(day) { answers.shift }
        expect(sent).to eq([%w[target a], %w[later a]])
        expect(waiting).to eq(["b"])
      end

      it "is not held up by what is refused, keeps that, and says so" do
        { "a" => unknown_topic, "c" => too_large }.each { |key, error| producer.refusals[key] = error }
        fill("a", "b", "c", "d")
        expect { pass }.to(raise_error { |error| expect([unknown_topic, too_large]).to include(error) })
        expect(sent).to contain_exactly(%w[target b], %w[target d], %w[later b], %w[later d])
        expect(waiting).to eq(%w[a c])

        producer.refusals.clear
        pass
        expect(sent.last(4)).to eq([%w[target a], %w[target c], %w[later a], %w[later c]])
      end

      it "goes on when a whole flush was refused" do
        Karafka::App.config.scheduled_messages.flush_batch_size = 1
        producer.refusals["a"] = too_large
        fill("a", "b")
        expect { pass }.to raise_error(too_large)
        expect([sent, waiting]).to eq([[%w[target b], %w[later b]], %w[a]])
      end

      timeout = Rdkafka::AbstractHandle::WaitTimeoutError.new("slow")
      [Rdkafka::RdkafkaError.new(-192), timeout].each do |silence|
        it "ends the pass when nobody answers: #{silence.class}" do
          Karafka::App.config.scheduled_messages.flush_batch_size = 1
          producer.refusals["a"] = silence
          fill("a", "b")
          expect { pass }.to raise_error(silence)
          expect([sent, waiting]).to eq([[], %w[a b]])
        end
      end
    end
  end

  it "sends no message again when only its record could not be taken away" do
    producer.tombstones_refused = true
    fill("a")
    expect { pass }.to raise_error(WaterDrop::Errors::ProduceManyError)
    expect(waiting).to be_empty

    producer.tombstones_refused = false
    pass
    expect(sent).to eq([%w[target a], %w[later a]])
  end

  it "blames no bystander of an aborted transaction" do
    producer.transactional = true
    { "a" => too_large, "b" => Rdkafka::RdkafkaError.new(-152), "c" => Rdkafka::RdkafkaError.new(-151) }
      .each { |key, error| producer.refusals[key] = error }
    fill("a", "b", "c")
    passes = 0
    expect do
      dispatcher.call(day) do
        producer.refusals.delete_if { |key, _| key != "a" } if (passes += 1) == 2
        true
      end
    end.to raise_error(too_large)
    expect(sent).to eq([%w[target b], %w[target c], %w[later b], %w[later c]])
  end

  it "raises what no message is to blame for" do
    producer.transactional = true
    fill("a")
    error = Rdkafka::RdkafkaError.new(-144)
    allow(producer).to receive(:transaction).and_raise(error)
    expect { pass }.to raise_error(error)
    expect(waiting).to eq(["a"])
  end
end
