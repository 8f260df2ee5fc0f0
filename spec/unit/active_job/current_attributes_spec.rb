# frozen_string_literal: true

require_relative "jobs_context"

RSpec.describe Karafka::ActiveJob::CurrentAttributes, :fresh_app do
  include_context "with jobs"

  let!(:current) { attributes_named("Current", :user_id, :role) }
  let!(:tenant) { attributes_named("Tenant", :account) }
  let(:dispatcher) { Karafka::ActiveJob::Dispatcher.new }

  # Runs messages as the consumer does, one after the other.
  let(:consumer) do
    Class.new(Karafka::ActiveJob::Consumer) { public :consume_job }.new
  end

  # Instances are kept by name, so those of an earlier example's classes would serve.
  after { ActiveSupport::CurrentAttributes.clear_all }

  def attributes_named(name, *attributes)
    stub_const(name, Class.new(ActiveSupport::CurrentAttributes) { attribute(*attributes) })
  end

  def message(payload) = Struct.new(:raw_payload, :topic, :partition, :offset).new(payload, "mail", 0, 1)

  def sent_job = job_in(sent.last)

  def run(payload = sent.last[:payload]) = consumer.consume_job(message(payload))

  # What a job of the class sees of both.
  def seen_by_jobs
    [].tap do |seen|
      job_class.class_eval do
        define_method(:perform) do |*|
          seen << [Current.user_id, Current.role, Tenant.account]
        end
      end
    end
  end

  it "answers the names it was given, keeps their places, and takes arrays and classes" do
    expect(described_class.persist("Current", [[tenant]])).to eq(%w[Current Tenant])
    expect(described_class.persist(tenant, "Current")).to eq(%w[Tenant Current])
    Current.user_id = 1
    Tenant.account = "a"
    dispatcher.dispatch(job_class.new)

    expect(sent_job.slice("cattr_0", "cattr_1", "cattr_2"))
      .to eq({ "cattr_0" => { "user_id" => 1 }, "cattr_1" => { "account" => "a" } })
  end

  it "looks names up when they are needed" do
    described_class.persist("DefinedLater")
    attributes_named("DefinedLater", :a).a = 1
    dispatcher.dispatch(job_class.new)

    expect(sent_job["cattr_0"]).to eq({ "a" => 1 })
  end

  it "adds nothing where nothing is set, and nothing when none is registered" do
    dispatcher.dispatch(job_class.new)
    described_class.persist("Current", "Tenant")
    Tenant.account = "a"
    dispatcher.dispatch(job_class.new)

    expect(sent.map { |message| job_in(message).keys.grep(/cattr/) }).to eq([[], ["cattr_1"]])
  end

  it "leaves the job as it is, and a key that the job has itself" do
    described_class.persist("Current")
    Current.user_id = 1
    job_class.class_eval { define_method(:serialize) { super().merge("cattr_0" => { "user_id" => 2 }) } }
    job = job_class.new
    dispatcher.dispatch(job)

    expect(sent_job["cattr_0"]).to eq({ "user_id" => 2 })
    expect(job.instance_variables.grep(/cattr|current/)).to eq([])
  end

  it "passes on a wrapper that knows `serialize` only" do
    described_class.persist("Current")
    Current.user_id = 1
    passed = nil
    Karafka::App.config.internal.active_job.deserializer =
      Class.new { define_method(:serialize) { |job| (passed = job) && "{}" } }.new
    dispatcher.dispatch(job_class.new)

    expect(passed.class.public_instance_methods(false)).to eq([:serialize])
  end

  it "carries jobs of a bulk and of subclasses of dispatcher and consumer" do
    described_class.persist("Current")
    Current.user_id = 5
    Class.new(Karafka::ActiveJob::Dispatcher).new.dispatch_many([job_class.new, job_class.new])

    expect(sent.map { |message| job_in(message)["cattr_0"] }).to eq([{ "user_id" => 5 }] * 2)
  end

  it "sets them around the job, Symbols having become Strings, and not around the next one (H-199)" do
    described_class.persist("Current", "Tenant")
    Current.user_id = 7
    Current.role = :admin
    dispatcher.dispatch(job_class.new)
    current.reset
    plain = Karafka::ActiveJob::Deserializer.new.serialize(job_class.new)
    seen = seen_by_jobs
    run
    run(plain)

    expect(seen).to eq([[7, "admin", nil], [nil, nil, nil]])
  end

  it "resets them when the job raises (H-199)" do
    described_class.persist("Current")
    Current.user_id = 7
    dispatcher.dispatch(job_class.new)
    current.reset
    job_class.class_eval { define_method(:perform) { raise "no" } }

    expect { run }.to raise_error("no")
    expect(Current.user_id).to be_nil
  end

  it "resets them when one cannot be set (H-199)" do
    described_class.persist("Current")
    payload = '{"job_class":"MailJob","cattr_0":{"user_id":7,"gone":1}}'

    expect { run(payload) }.to raise_error(NoMethodError, /gone=/)
    expect(Current.user_id).to be_nil
  end

  it "resets all of them when one of their callbacks raises (H-199)" do
    described_class.persist("Current", "Tenant")
    raising = [true]
    current.resets { raise "in a callback" if raising.pop }
    payload = '{"job_class":"MailJob","cattr_0":{"user_id":7},"cattr_1":{"account":"a"}}'
    seen = seen_by_jobs

    expect { run(payload) }.to raise_error("in a callback")
    expect([seen, Tenant.account]).to eq([[[7, nil, "a"]], nil])
  end

  it "neither sets nor resets a class that the job says nothing of" do
    described_class.persist("Current", "Tenant")
    Current.user_id = 7
    dispatcher.dispatch(job_class.new)
    Tenant.account = "of the thread"
    seen = seen_by_jobs
    run

    expect(seen).to eq([[7, nil, "of the thread"]])
    expect([Current.user_id, Tenant.account]).to eq([nil, "of the thread"])
  end

  it "sets them before the job is published, which shows none of them" do
    described_class.persist("Current")
    Current.user_id = 7
    dispatcher.dispatch(job_class.new)
    current.reset
    published = []
    %w[active_job.consume active_job.consumed].each do |name|
      Karafka.monitor.subscribe(name) do |event|
        published << [event[:job].keys.grep(/cattr/), Current.user_id]
      end
    end
    run

    expect(published).to eq([[[], 7], [[], 7]])
  end
end
