# frozen_string_literal: true

require_relative "../jobs_context"

RSpec.describe ActiveJob::QueueAdapters::KarafkaAdapter, :fresh_app do
  subject(:adapter) { job_class.queue_adapter }

  include_context "with jobs"

  it "is what `queue_adapter = :karafka` means" do
    expect(adapter).to be_a(described_class)
    expect(job_class.queue_adapter_name).to eq("karafka")
  end

  it "sends a job that is performed later, and only once" do
    job = job_class.perform_later(1, two: 3)

    expect(sent.size).to eq(1)
    expect(sent.first.keys).to eq(%i[topic payload])
    expect(job_in(sent.first)).to include("job_id" => job.job_id, "provider_job_id" => nil)
  end

  it "answers what its producer answered" do
    expect(adapter.enqueue(job_class.new)).to be_a(Rdkafka::Producer::DeliveryHandle)
  end

  it "lets errors of serialization and of the producer reach the caller" do
    expect { job_class.perform_later(Object.new) }.to raise_error(ActiveJob::SerializationError)
    allow(producer).to receive(:produce_async).and_raise(WaterDrop::Errors::ProduceError)
    expect { job_class.perform_later }.to raise_error(WaterDrop::Errors::ProduceError)
    expect(sent).to be_empty
  end

  it "sends at once what is due, and refuses the future (H-198)" do
    adapter.enqueue_at(job_class.new, Time.now.to_f - 1)
    job_class.set(wait: 0).perform_later

    expect(sent.size).to eq(2)
    expect do
      job_class.set(wait: 60).perform_later
    end.to raise_error(NotImplementedError, /scheduled_messages_topic/)
  end

  it "sends many in one call for each producer and method and answers how many (H-203)" do
    other = job_class_named("SlowJob") { karafka_options(dispatch_many_method: :produce_many_sync) }
    calls = calls_of(producer)

    expect(adapter.enqueue_all([job_class.new, other.new, job_class.new])).to eq(3)
    expect(calls).to eq([[:produce_many_async, 2], [:produce_many_sync, 1]])
  end

  it "answers 0 for no jobs, without a call" do
    calls = calls_of(producer)

    expect([adapter.enqueue_all([]), calls]).to eq([0, []])
  end

  it "waits for the commit of a transaction (H-203)" do
    expect(adapter.enqueue_after_transaction_commit?).to be(true)
  end

  it "asks long jobs to stop from quieting on, and works without a server" do
    status = Karafka::App.config.internal.status
    answers = %i[run! quiet! quieted! stop!].map do |transition|
      status.public_send(transition)
      adapter.stopping?
    end

    expect(answers).to eq([false, true, true, true])
  ensure
    status.reset!
  end

  it "takes the configuration's dispatcher" do
    Karafka::App.config.internal.active_job.dispatcher = Class.new { def dispatch(job) = job.class.name }.new

    expect(adapter.enqueue(job_class.new)).to eq("MailJob")
  end
end
