# frozen_string_literal: true

require_relative "../../spec_helper"

# From a fetched batch to what follows it, without a connection.
RSpec.describe Karafka::Processing::Dispatch, :fresh_app do
  let(:base) { Karafka::Pro::Processing::Filters::Base }
  let(:told) { [] }
  let(:jobs) { [] }
  let(:scheduler) do
    queued = jobs
    Class.new do
      %i[consumption idle eofed].each do |kind|
        define_method(:"on_schedule_#{kind}") { |scheduled| queued.concat(scheduled) }
      end
    end.new
  end
  let(:queue) { Class.new { def deferring = yield }.new }
  let(:client) do
    Class.new do
      def calls = @calls ||= []
      def pause(*arguments) = calls << [:pause, *arguments]
      def hold(*arguments) = calls << [:hold, *arguments]
      def seek(message) = calls << [:seek, message.offset]
      def wake = nil
      def mark_as_consumed(*) = true
      def commit_offsets(async:) = calls << [:commit, async]
    end.new
  end
  let(:consumer_class) { Class.new(Karafka::BaseConsumer) { def consume = nil } }
  let(:coordinators) { Karafka::Processing::CoordinatorsBuffer.new(routed.subscription_group.topics) }
  let(:dispatch) do
    described_class.new(routed.subscription_group, client, coordinators, queue, scheduler)
  end
  let(:state) { coordinators.find_or_create("orders", 0).state }

  before do
    %w[consumer.idle filtering.throttled filtering.seek error.occurred consumer.consumed
       consumer.consuming.pause].each do |name|
      Karafka.monitor.subscribe(name) { |event| told << [name, event.payload] }
    end
  end

  # A filter that does what the block says and then answers as given.
  def filter(**answers, &apply)
    Class.new(base) do
      define_method(:apply!) { |messages| @applied = instance_exec(messages, &apply) ? true : false }
      answers.each { |name, answer| define_method(name) { answer } }
    end.new
  end

  def route(*filters, &options)
    klass = consumer_class
    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
    Karafka::App.routes.draw do
      topic(:orders) do
        consumer klass
        filters.each { |one| filter(->(*) { one }) }
        instance_exec(&options) if options
      end
    end
  end

  def routed = Karafka::App.routes.first.topics.first

  # Fetches these offsets and works off the jobs that they become, as a worker does.
  def fetch(*offsets)
    batch = Karafka::Native::Batch.built("orders", 0, offsets.map { |offset| [offset, "{}", nil, nil] })
    buffer = Karafka::Connection::MessagesBuffer.new.tap { |one| one.load([batch], []) }
    dispatch.received(buffer)
    jobs.shift(jobs.size).each { |job| work(job) }
  end

  def work(job)
    job.wrap do
      job.before_call
      job.call
    ensure
      job.after_call
    end
    job.finish!
  end

  def names = told.map(&:first)
  def clear_from(offset) = ->(messages) { messages.reject! { |one| one.offset >= offset } }

  it "hands consumers what filters left and rests where these want it" do
    route(filter(action: :pause, timeout: 200, cursor: Karafka::Messages::Seek.new("orders", 0, 12),
                 &clear_from(12)))
    fetch(10, 11, 12, 13)
    expect(state.next_offset).to eq(12)
    expect(client.calls).to eq([[:pause, "orders", 0, 12, 200]])
    expect(names).to eq(%w[consumer.consumed consumer.consuming.pause filtering.throttled])
    expect(told.last.last).to include(timeout: 200, message: have_attributes(offset: 12))
  end

  it "tells no throttling of a pause behind the batch" do
    route(filter(action: :pause) { true })
    fetch(10, 11)
    expect(client.calls).to eq([[:pause, "orders", 0, nil, 1_000]])
    expect(names).to eq(%w[consumer.consumed consumer.consuming.pause])
  end

  it "asks filters once for an emptied batch, also where a wrapper does not yield" do
    consumer_class.define_method(:wrap) { |action, &block| block.call unless action == :idle }
    route(filter(action: :seek, cursor: Karafka::Messages::Seek.new("orders", 0, 10), &:clear))
    fetch(10, 11)
    expect(client.calls).to eq([[:seek, 10]])
    expect(names).to eq(%w[filtering.seek])
  end

  it "commits at once what a filter wants committed, then acts" do
    cursor = Karafka::Messages::Seek.new("orders", 0, 11)
    route(filter(action: :pause, timeout: 5, cursor:, mark_as_consumed?: true,
                 marking_method: :mark_as_consumed!, &:clear))
    fetch(10, 11)
    expect(client.calls).to eq([[:commit, false], [:pause, "orders", 0, 11, 5]])
    expect(state.next_offset).to eq(12)
    expect(names).to eq(%w[consumer.idle consumer.consuming.pause filtering.throttled])
  end

  it "repeats an idle run whose filter answers nonsense" do
    route(filter(action: :bogus, &:clear))
    fetch(10, 11)
    expect(client.calls).to eq([[:pause, "orders", 0, 10, 1_000]])
    expect(told.assoc("error.occurred").last)
      .to include(type: "consumer.after_consume.error", error: be_a(Karafka::Errors::UnsupportedCaseError))
  end

  it "holds the partition of a long-running job over an idle run, too, and lets it go on" do
    route(filter(&:clear)) { long_running_job true }
    fetch(10, 11)
    expect(client.calls.map { |call| call.first(3) }).to eq([[:hold, "orders", 0]])
    expect([state.paused?, state.running?]).to eq([true, false])
    expect(names).to eq(%w[consumer.consuming.pause consumer.idle])
  end

  it "does not let an earlier batch's wishes follow one of which lanes left nothing" do
    wishes = []
    route(filter(action: :pause, timeout: 5) { |messages| wishes << messages.size }) do
      virtual_partitions(partitioner: ->(message) { message.offset.to_s }, max_partitions: 2)
    end
    consumer_class.define_method(:consume) do
      mark_as_consumed(messages.last) if messages.last.offset == 11
      raise "no" if messages.first.offset == 10
    end
    fetch(10, 11)
    client.calls.clear
    fetch(11)
    expect([wishes.size, client.calls]).to eq([1, []])
  end

  it "pays one look at the topic where there are no filters" do
    route
    expect(coordinators.find_or_create("orders", 0)).not_to receive(:filters)
    fetch(10, 11)
    expect(names).to eq(%w[consumer.consumed])
  end
end
