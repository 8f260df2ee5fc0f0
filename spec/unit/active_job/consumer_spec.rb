# frozen_string_literal: true

require_relative "jobs_context"

# Runs without a connection, as a worker does them: the partition is never lost unless told.
RSpec.describe Karafka::ActiveJob::Consumer, :fresh_app do
  include_context "with jobs"

  let(:client) do
    Class.new do
      def pause(*) = nil
      def mark_as_consumed(*) = true
    end.new
  end
  let(:routed) do
    klass = described_class
    reading = payload_deserializer
    Karafka::App.routes.draw do
      active_job_topic(:mail) do
        consumer klass
        deserializer reading
      end
    end
    Karafka::App.routes.first.topics.first
  end
  let(:payload_deserializer) { double(call: nil) }
  let(:coordinator) { Karafka::Processing::ConsumerGroups::Coordinator.new(routed, 0) }
  let(:told) { [] }
  let(:names) { %w[active_job.consume active_job.consumed error.occurred] }

  before do
    names.each { |name| Karafka.monitor.subscribe(name) { |event| told << [name, event.payload] } }
  end

  def built(klass = described_class)
    klass.new.tap do |made|
      made.singleton_class.include(Karafka::Processing::ConsumerGroups::Strategy)
      made.coordinator = coordinator
      made.client = client
    end
  end

  # @return [Hash, String] payload of a job
  def job(*arguments, of: job_class) = Karafka::ActiveJob::Deserializer.new.serialize(of.new(*arguments))

  # A batch of payloads, consumed as a worker does it.
  # @return [Array<Karafka::Messages::Message>]
  def run(consumer, *payloads, first: 10)
    messages = payloads.each_with_index.map do |payload, index|
      details = Karafka::Messages::Metadata.new(offset: first + index, topic: "mail", partition: 0,
                                                raw_key: "key", raw_headers: { "a" => "b" }.freeze,
                                                deserializers: routed.deserializers)
      Karafka::Messages::Message.new(payload.b, details)
    end
    consumer.messages = Karafka::Messages::Builders::Messages.call(messages, routed, 0, Time.now)
    coordinator.state.begin_batch(first, first + payloads.size - 1, false)
    %i[on_before_schedule_consume on_before_consume on_consume on_after_consume].each do |step|
      consumer.public_send(step)
    end
    messages
  end

  def errors = told.filter_map { |name, payload| payload[:error] if name == "error.occurred" }

  it "runs jobs in their order, marks each, and keeps keys and headers but no payloads" do
    consumer = built
    marked = []
    job_class.class_eval { define_method(:perform) { |given| marked << [given, consumer.seek_offset] } }
    messages = run(consumer, job(1), job(2), job(3))

    expect(marked).to eq([[1, 10], [2, 11], [3, 12]])
    expect(consumer.seek_offset).to eq(13)
    expect(messages.map(&:cleaned?)).to all(be(true))
    expect(messages.map { |message| [message.key, message.headers] }).to all(eq(["key", { "a" => "b" }]))
  end

  it "never asks the topic's deserializer" do
    run(built, job(1))

    expect(payload_deserializer).not_to have_received(:call)
    expect([errors, Ran.jobs]).to eq([[], [[1]]])
  end

  it "stops at a job that fails: what came before is marked, what comes after has not run (H-200)" do
    job_class.class_eval { define_method(:perform) { |given| given == 3 ? raise("no") : Ran.jobs << given } }
    consumer = built
    messages = run(consumer, job(1), job(2), job(3), job(4))

    expect([Ran.jobs, consumer.seek_offset, errors.map(&:message)]).to eq([[1, 2], 12, ["no"]])
    expect(messages.map(&:cleaned?)).to eq([true, true, false, false])
  end

  it "goes on when Active Job took care of the error itself" do
    job_class.class_eval do
      discard_on(IOError)
      retry_on(ArgumentError, wait: 0)
      define_method(:perform) { |kind| raise kind.constantize }
    end
    consumer = built
    run(consumer, job("IOError"), job("ArgumentError"))

    expect([errors, consumer.seek_offset]).to eq([[], 12])
    expect(sent.map do |message|
             job_in(message)
           end).to match([hash_including("arguments" => ["ArgumentError"], "executions" => 1)])
  end

  it "keeps the message when the retry cannot be enqueued" do
    job_class.class_eval do
      retry_on(ArgumentError, wait: 60)
      define_method(:perform) { raise ArgumentError }
    end
    consumer = built
    run(consumer, job)

    expect(errors).to match([an_instance_of(NotImplementedError)])
    expect(consumer.seek_offset).to eq(10)
  end

  it "raises what is left when the attempts are used up" do
    job_class.class_eval do
      retry_on(ArgumentError, wait: 0, attempts: 1)
      define_method(:perform) { raise ArgumentError, "for good" }
    end
    consumer = built
    2.times { run(consumer, job) }

    expect([errors.map(&:message), sent, consumer.seek_offset]).to eq([["for good"] * 2, [], 10])
  end

  {
    "an unknown class" => ['{"job_class":"Gone","job_id":"1","arguments":[]}', NameError],
    "no JSON" => ["{", JSON::ParserError],
    "nothing" => ["", JSON::ParserError],
    "JSON that is no object" => ["[1]", Karafka::Errors::UnsupportedCaseError],
    "an object that is no job" => ['{"order":1}', Karafka::Errors::UnsupportedCaseError]
  }.each do |name, (payload, error)|
    it "reports #{name} as an error of the message, which handlers of jobs never see" do
      handled = []
      ActiveJob::Base.rescue_from(StandardError) { |raised| handled << raised }
      consumer = built
      run(consumer, job(1), payload, job(2))

      expect(errors).to match([be_a(error)])
      expect([Ran.jobs, consumer.seek_offset, handled]).to eq([[[1]], 11, []])
    ensure
      ActiveJob::Base.rescue_handlers = ActiveJob::Base.rescue_handlers[0...-1]
    end
  end

  it "names the place of a message that is no job, not what is in it" do
    run(built, '{"secret":1}')

    expect(errors.first.message).to include("mail/0, offset 10").and(satisfy do |text|
                                                                       !text.include?("secret")
                                                                     end)
  end

  it "stops between jobs when the process stops, and lets a quiet one finish (H-200)" do
    status = Karafka::App.config.internal.status
    status.run!
    job_class.class_eval do
      define_method(:perform) do |given|
        Ran.jobs << given
        status.quiet! if given == 1
        status.stop! if given == 3
      end
    end
    consumer = built
    run(consumer, job(1), job(2), job(3), job(4))

    expect([Ran.jobs, consumer.seek_offset]).to eq([[1, 2, 3], 13])
  ensure
    status.reset!
  end

  it "finishes lanes of virtual partitions even when the process stops" do
    lanes = double(offset_metadata_strategy: :current)
    allow(routed).to receive_messages(virtual_partitions?: true, virtual_partitions: lanes)
    status = Karafka::App.config.internal.status
    status.run!
    job_class.class_eval { define_method(:perform) { |given| (Ran.jobs << given) && status.stop! } }
    run(built, job(1), job(2))

    expect(Ran.jobs).to eq([1, 2])
  ensure
    status.reset!
  end

  it "stops between jobs when the partition is lost" do
    consumer = built
    lost = false
    allow(consumer).to receive(:revoked?) { lost }
    job_class.class_eval { define_method(:perform) { |given| (Ran.jobs << given) && lost = true } }
    run(consumer, job(1), job(2))

    expect(Ran.jobs).to eq([1])
  end

  it "tags itself with the class of the job until the next one" do
    other = job_class_named("OtherJob")
    consumer = built
    seen = []
    [job_class, other].each do |klass|
      klass.class_eval do
        define_method(:perform) do
          seen << consumer.tags.to_a
        end
      end
    end
    run(consumer, job, job(of: other))

    expect([*seen, consumer.tags.to_a]).to eq([["MailJob"], ["OtherJob"], ["OtherJob"]])
  end

  it "publishes each job before and after it ran, the second only when it succeeded" do
    job_class.class_eval { define_method(:perform) { |given| given == 2 ? raise("no") : nil } }
    consumer = built
    messages = run(consumer, job(1), job(2))

    expect(told.map(&:first)).to eq(%w[active_job.consume active_job.consumed active_job.consume
                                       error.occurred])
    expect(told[0][1]).to match({ caller: consumer, message: messages[0],
                                  job: hash_including("job_class" => "MailJob", "arguments" => [1]) })
    expect(told[1][1]).to include(caller: consumer, message: messages[0], time: be >= 0)
  end

  it "takes other ways of running a job, of reading it, and the configuration's deserializer" do
    Karafka::App.config.internal.active_job.deserializer =
      Class.new { def deserialize(message) = { "job_class" => message.raw_payload } }.new
    seen = []
    custom = Class.new(described_class) do
      define_method(:consume_job) { |message| with_deserialized_job(message) { |hash| seen << hash } }
    end
    run(built(custom), "One", "Two")

    expect(seen).to eq([{ "job_class" => "One" }, { "job_class" => "Two" }])
  end
end
