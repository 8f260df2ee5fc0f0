# frozen_string_literal: true

require_relative "../../orders_topic"

# A run without a connection: the partition is detached, so it is never lost and nothing is committed.
RSpec.describe Karafka::Processing::ConsumerGroups::Lifecycle, :fresh_app do
  include OrdersTopic

  let(:managed) { false }
  let(:routed) do
    by_hand = managed
    route_orders { manual_offset_management(by_hand) }
  end
  let(:coordinator) { Karafka::Processing::ConsumerGroups::Coordinator.new(routed, 0) }
  let(:told) { [] }
  let(:client) do
    Class.new do
      attr_reader :paused

      def initialize = @paused = []
      def pause(*arguments) = @paused << arguments
    end.new
  end

  before do
    routed
    Karafka.monitor.notifications_bus.available_events.each do |event_id|
      Karafka.monitor.subscribe(event_id) { |event| told << [event_id, event.payload] }
    end
  end

  def consumer(&body)
    Class.new(Karafka::BaseConsumer, &body).new.tap do |made|
      made.singleton_class.include(Karafka::Processing::ConsumerGroups::Strategy)
      made.coordinator = coordinator
      made.client = client
      made.messages = messages(10, 11, 12)
    end
  end

  def messages(*offsets)
    raw = offsets.map do |offset|
      details = Karafka::Messages::Metadata.new(offset:, topic: "orders", partition: 0)
      Karafka::Messages::Message.new("x", details)
    end
    Karafka::Messages::Builders::Messages.call(raw, routed, 0, Time.now)
  end

  # What a worker does with a job, the wrapper left out.
  def run(subject)
    coordinator.state.begin_batch(subject.messages.first.offset, subject.messages.last.offset, false)
    subject.on_before_schedule_consume
    subject.on_before_consume
    subject.on_consume
    subject.on_after_consume
  end

  def errors = told.filter_map { |name, payload| payload if name == "error.occurred" }
  def names = told.map(&:first)

  it "marks the last message of a good run and forgets attempts" do
    subject = consumer { def consume = nil }
    run(subject)
    expect([subject.seek_offset, coordinator.attempt, coordinator.marked?]).to eq([13, 0, true])
    expect(client.paused).to be_empty
    expect(names).to eq(%w[consumer.before_schedule_consume consumer.consume consumer.consumed])
  end

  it "stamps and freezes the batch's metadata before the user's code" do
    seen = nil
    subject = consumer do
      define_method(:consume) { seen = [messages.metadata.processed_at.class, messages.metadata.frozen?] }
    end
    run(subject)
    expect(seen).to eq([Time, true])
  end

  it "rests where it failed, with the back-off of the attempt" do
    subject = consumer do
      def consume
        mark_as_consumed(messages.first) if attempt == 1
        raise "no"
      end
    end
    subject.client.define_singleton_method(:mark_as_consumed) { |*| true }
    run(subject)
    subject.messages = messages(11, 12)
    run(subject)

    expect(client.paused).to eq([["orders", 0, 11, 2_000], ["orders", 0, 11, 4_000]])
    expect(coordinator.attempt).to eq(2)
    expect(names).not_to include("consumer.consumed")
  end

  it "takes what is no StandardError as a failure as well" do
    run(consumer { def consume = raise(NotImplementedError, "not yet") })
    expect(errors.map do |payload|
             [payload[:type], payload[:seek_offset]]
           end).to eq([["consumer.consume.error", 10]])
    expect(client.paused.size).to eq(1)
  end

  # Which wraps the monitor of the app.
  def trace(&around)
    allow(Karafka.monitor).to receive(:instrument).and_wrap_original do |original, event, *rest, &work|
      next original.call(event, *rest, &work) unless event == "consumer.consumed"

      around.call(-> { original.call(event, *rest, &work) })
    end
  end

  {
    "takes what consume raised" => ->(work) { work.call rescue nil }, # rubocop:disable Style/RescueModifier
    "does not let it run" => ->(_work) {}
  }.each do |what, around|
    it "retries the batch where a tracer #{what} (H-184)" do
      trace(&around)
      run(consumer { def consume = raise("no") })

      expect(errors.map { |payload| payload[:error].class }).to eq([Karafka::Errors::UnsupportedCaseError])
      expect(client.paused).to eq([["orders", 0, 10, 2_000]])
      expect(coordinator.seek_offset).to eq(10)
    end
  end

  it "rests the base timeout when what follows a good run fails, and tells attempt 0" do
    subject = consumer { def consume = nil }
    failing = [true]
    subject.define_singleton_method(:karafka_forget_errors) { failing.pop && raise("after the run") }
    run(subject)

    expect(errors.map { |payload| payload[:type] }).to eq(["consumer.after_consume.error"])
    expect(client.paused.map(&:last)).to eq([1_000])
    pause = told.assoc("consumer.consuming.pause").last
    expect(pause).to include(manual: false, attempt: 0, timeout: 1_000)
    expect(names.index("error.occurred")).to be < names.index("consumer.consuming.pause")
  end

  it "forgets errors with the attempts when a dead letter cannot be made" do
    routed.dead_letter_queue(topic: "dead", strategy: ->(*) { :dispatch })
    subject = consumer do
      def consume = raise("no")
      def enhance_dlq_message(*) = raise("cannot")
    end
    run(subject)
    expect(errors.map { |payload| payload[:type] })
      .to eq(["consumer.consume.error", "consumer.after_consume.error"])
    expect([coordinator.attempt, coordinator.errors_tracker.size]).to eq([0, 0])
  end

  it "sets the retry's pause even if whoever listens to errors raises" do
    Karafka.monitor.subscribe("error.occurred") { raise "subscriber" }
    subject = consumer { def consume = raise("no") }
    job = Karafka::Processing::Jobs::Consume.new(executor_of(subject), subject.messages)
    coordinator.state.begin_batch(10, 12, false)
    job.before_schedule
    expect do
      job.before_call
      begin
        job.call
      ensure
        job.after_call
      end
    end.to raise_error("subscriber")
    expect(client.paused).to eq([["orders", 0, 10, 2_000]])
  end

  it "retries at the batch's first offset what its wrapper kept from beginning" do
    subject = consumer { def wrap(_action) = nil }
    coordinator.state.begin_batch(10, 12, false)
    job = Karafka::Processing::Jobs::Consume.new(executor_of(subject), subject.messages)
    job.before_schedule
    job.wrap { raise "must not come here" }
    job.finish!

    expect(errors.map { |payload| payload[:type] }).to eq(["consumer.wrap.error"])
    expect(client.paused.map { |pause| pause[2] }).to eq([10])
  end

  it "does nothing after a run whose partition was lost meanwhile" do
    subject = consumer do
      def consume
        coordinator.revoke
        raise "no"
      end
    end
    run(subject)
    expect(client.paused).to be_empty
    expect(errors.size).to eq(1)
    expect(coordinator.attempt).to eq(0)
  end

  it "starts no user code on a partition that was lost before" do
    ran = []
    subject = consumer { define_method(:consume) { ran << true } }
    coordinator.revoke
    run(subject)
    expect([ran, names, coordinator.marked?]).to eq([[], ["consumer.before_schedule_consume"], false])
  end

  it "starts no tick on a partition that was lost before" do
    subject = consumer { def tick = raise("must not come here") }
    coordinator.revoke
    subject.on_tick
    expect(names).to be_empty
  end

  it "ticks in two events, the second only if it ends well; the error tells where reading would go on" do
    subject = consumer { def tick = mark_as_consumed(messages.first) && raise("no") }
    subject.client.define_singleton_method(:mark_as_consumed) { |*| true }
    subject.seek_offset = 10
    subject.on_tick
    expect(names).to eq(%w[consumer.tick error.occurred])
    expect(errors.map { |payload| payload.slice(:type, :seek_offset) })
      .to eq([{ type: "consumer.tick.error", seek_offset: 11 }])
    expect(client.paused).to be_empty
    told.clear
    consumer.on_tick
    expect(names).to eq(%w[consumer.tick consumer.ticked])
  end

  { initialized: "initialized", eofed: "eofed", revoked: "revoked",
    shutdown: "shutdown", tick: "tick" }.each do |hook, type|
    it "tells an error of #{hook} by its own type and goes on" do
      consumer { define_method(hook) { raise "no" } }.public_send(:"on_#{hook}")
      expect(errors.map { |payload| payload[:type] }).to eq(["consumer.#{type}.error"])
    end

    it "lets what is no StandardError leave #{hook}" do
      subject = consumer { define_method(hook) { raise NotImplementedError } }
      expect { subject.public_send(:"on_#{hook}") }.to raise_error(NotImplementedError)
    end
  end

  context "when offsets are managed by hand" do
    let(:managed) { true }

    it "marks nothing, and forgets attempts all the same" do
      subject = consumer { def consume = nil }
      run(subject)
      expect([subject.seek_offset, coordinator.attempt, coordinator.marked?]).to eq([10, 0, false])
    end
  end

  # An executor with this very instance.
  def executor_of(subject)
    Karafka::Processing::ConsumerGroups::Executor.new("group", client, coordinator).tap do |executor|
      executor.instance_variable_set(:@consumer, subject)
    end
  end
end
