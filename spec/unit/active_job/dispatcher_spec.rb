# frozen_string_literal: true

require_relative "jobs_context"

RSpec.describe Karafka::ActiveJob::Dispatcher, :fresh_app do
  subject(:dispatcher) { described_class.new }

  include_context "with jobs"

  def dispatch(*arguments) = dispatcher.dispatch(job_class.new(*arguments))

  it "sends one message: the queue is its topic, the job's JSON its payload, and nothing else is in it" do
    job = job_class.new(1, { "b" => :c }, "ü")
    dispatcher.dispatch(job)

    expect(sent.map(&:keys)).to eq([%i[topic payload]])
    expect(sent.first[:topic]).to eq("mail")
    expect(job_in(sent.first)).to include("job_class" => "MailJob", "job_id" => job.job_id,
                                          "arguments" => job.serialize.fetch("arguments"))
  end

  it "takes the queue as it is, prefix included" do
    job_class.queue_name_prefix = "shop"
    job_class.queue_as(:mail)
    dispatch

    expect(sent.first[:topic]).to eq("shop_mail")
  end

  it "answers what the producer answered, and leaves the job without an id of the backend" do
    job = job_class.new
    expect(dispatcher.dispatch(job)).to be_a(Rdkafka::Producer::DeliveryHandle)
    job_class.karafka_options(dispatch_method: :produce_sync)

    expect(dispatcher.dispatch(job)).to be_a(Rdkafka::Producer::DeliveryReport)
    expect(job.provider_job_id).to be_nil
  end

  it "sends through the class's method" do
    calls = calls_of(producer)
    dispatch
    job_class.karafka_options(dispatch_method: :produce_sync)
    dispatch

    expect(calls).to eq([[:produce_async, 1], [:produce_sync, 1]])
  end

  it "sends through the class's producer" do
    other = buffered_producer
    job_class.karafka_options(producer: ->(job) { job.arguments.first == "other" ? other : producer })
    dispatch("other")
    dispatch("own")

    expect([sent.size, other.client.messages.size]).to eq([1, 1])
  end

  it "sends jobs of classes that know no options" do
    plain = Class.new do
      def queue_name = "mail"
      def serialize = { "job_class" => "Plain" }
    end
    dispatcher.dispatch(plain.new)

    expect(sent).to eq([{ topic: "mail", payload: '{"job_class":"Plain"}' }])
  end

  it "says what is missing when there is no producer" do
    Karafka::App.config.producer = nil

    expect { dispatch }.to raise_error(Karafka::Errors::InvalidConfigurationError, /MailJob.*App\.setup/)
  end

  describe "the place of a message" do
    def placed(*arguments, **options)
      job_class.karafka_options(partitioner: ->(job) { job.arguments.first }, **options)
      dispatch(*arguments)
      sent.last.except(:topic, :payload)
    end

    it "is a key by default, as a String" do
      expect(placed(7)).to eq({ key: "7" })
      expect(placed("seven")).to eq({ key: "seven" })
    end

    it "is a partition key or a partition when the class says so" do
      expect(placed(7, partition_key_type: :partition_key)).to eq({ partition_key: "7" })
      expect(placed(7, partition_key_type: :partition)).to eq({ partition: 7 })
    end

    it "is left to Kafka when the partitioner answers nil" do
      expect(placed(nil)).to eq({})
    end

    it "is refused by the producer when the partition is no Integer or the key is empty" do
      expect do
        placed("7", partition_key_type: :partition)
      end.to raise_error(WaterDrop::Errors::MessageInvalidError)
      expect { placed("", partition_key_type: :key) }.to raise_error(WaterDrop::Errors::MessageInvalidError)
      expect(sent).to be_empty
    end
  end

  describe "what cannot be sent" do
    it "raises for arguments that cannot be serialized" do
      expect { dispatch(Object.new) }.to raise_error(ActiveJob::SerializationError)
      expect(sent).to be_empty
    end

    it "raises for a queue that is no topic and for a job above the producer's limit" do
      producer.config.max_payload_size = 1_000
      expect { dispatch("x" * 1_000) }.to raise_error(WaterDrop::Errors::MessageInvalidError, /payload/)
      job_class.queue_as("no topic")
      expect { dispatch }.to raise_error(WaterDrop::Errors::MessageInvalidError, /topic/)
      expect(sent).to be_empty
    end
  end

  describe "#dispatch_many" do
    it "calls each producer once for each method" do
      other = job_class_named("SlowJob") { karafka_options(dispatch_many_method: :produce_many_sync) }
      calls = calls_of(producer)
      dispatcher.dispatch_many([job_class.new(1), other.new(2), job_class.new(3)])

      expect(calls).to eq([[:produce_many_async, 2], [:produce_many_sync, 1]])
      expect(sent.map { |message| job_in(message)["arguments"] }).to eq([[1], [3], [2]])
    end

    it "tells a variant from its producer, and one variant from another" do
      variants = [producer.with(max_wait_timeout: 1_000), producer.with(max_wait_timeout: 2_000)]
      used = [variants[0], producer, variants[1], variants[0]]
      job_class.karafka_options(producer: ->(job) { used[job.arguments.first] })
      calls = used.uniq(&:__id__).to_h { |sender| [sender.__id__, calls_of(sender)] }
      dispatcher.dispatch_many(Array.new(4) { |index| job_class.new(index) })

      expect(calls[variants[0].__id__]).to eq([[:produce_many_async, 2]])
      expect(calls[variants[1].__id__]).to eq([[:produce_many_async, 1]])
      expect(sent.map { |message| job_in(message)["arguments"] }).to eq([[0], [3], [1], [2]])
    end

    it "sends nothing when one of the jobs cannot be serialized" do
      expect { dispatcher.dispatch_many([job_class.new(1), job_class.new(Object.new)]) }
        .to raise_error(ActiveJob::SerializationError)
      expect(sent).to be_empty
    end

    it "tells jobs that ask that they were enqueued" do
      job_class.attr_accessor(:successfully_enqueued)
      jobs = Array.new(2) { job_class.new }
      dispatcher.dispatch_many(jobs)

      expect(jobs.map(&:successfully_enqueued)).to eq([true, true])
    end

    it "sends jobs for later at once, and says so" do
      jobs = [job_class.new(1), job_class.new(2), job_class.new(3)]
      jobs[0].scheduled_at = Time.now + 60
      jobs[1].scheduled_at = Time.now - 60
      jobs[2].scheduled_at = Time.now + 60
      dispatcher.dispatch_many(jobs)

      expect(sent.size).to eq(3)
      expect(app_log.scan(/MailJob.*sent at once/).size).to eq(1)
    end

    it "lets jobs for later wait where their class says so, the others of the class going at once" do
      Karafka::App.routes.draw { scheduled_messages(:later) }
      later = job_class_named("LaterJob") { karafka_options(scheduled_messages_topic: :later) }
      jobs = [job_class.new, later.new.tap { |job| job.scheduled_at = Time.now + 60 }, later.new]
      dispatcher.dispatch_many(jobs)

      expect(sent.map { |message| message[:topic] }).to eq(%w[mail later mail])
      expect(app_log).not_to include("at once")
    end

    it "sends nothing when one cannot wait where its class says" do
      later = job_class_named("LaterJob") { karafka_options(scheduled_messages_topic: :later) }
      jobs = [job_class.new, later.new.tap { |job| job.scheduled_at = Time.now + 60 }]

      expect do
        dispatcher.dispatch_many(jobs)
      end.to raise_error(WaterDrop::Errors::MessageInvalidError, /`later`/)
      expect(sent).to be_empty
    end
  end

  describe "#dispatch_at" do
    [Time.now, Time.now.to_f, Time.now - 1, Time.now.to_f - 1, 0].each do |timestamp|
      it "dispatches at once for #{timestamp.class} #{timestamp.to_i}, which is not in the future (H-198)" do
        job_class.karafka_options(scheduled_messages_topic: "later")
        expect(dispatcher.dispatch_at(job_class.new, timestamp)).to be_a(Rdkafka::Producer::DeliveryHandle)
        expect(sent.map { |message| message[:topic] }).to eq(["mail"])
      end
    end

    it "lets the future wait where the class says, until the next whole second" do
      Karafka::App.routes.draw { scheduled_messages(:later) }
      job_class.karafka_options(scheduled_messages_topic: "later", partitioner: ->(_job) { "user-7" },
                                dispatch_method: :produce_sync)
      job = job_class.new(1)
      due = Time.at(Time.now.to_i + 60, 250, :millisecond)
      expect(dispatcher.dispatch_at(job, due)).to be_a(Rdkafka::Producer::DeliveryReport)

      expect(sent.map { |message| message[:topic] }).to eq(["later"])
      expect(sent.first[:headers]).to eq(
        "schedule_schema_version" => "1.0.0", "schedule_target_epoch" => (due.to_i + 1).to_s,
        "schedule_source_type" => "schedule", "schedule_target_topic" => "mail",
        "schedule_target_key" => "user-7"
      )
      expect(job_in(sent.first)).to include("job_id" => job.job_id)
    end

    it "refuses a topic that holds no schedules" do
      job_class.karafka_options(scheduled_messages_topic: "other")
      expect { dispatcher.dispatch_at(job_class.new, Time.now + 60) }
        .to raise_error(WaterDrop::Errors::MessageInvalidError, /`other` is no topic/)
    end

    it "refuses the future and names what helps (H-198)" do
      remedies = ["MailJob", "scheduled_messages_topic", "resume_options = { wait: 0 }",
                  "retry_on X, wait: 0, jitter: 0"]
      [Time.now + 60, Time.now.to_f + 60].each do |timestamp|
        expect { dispatcher.dispatch_at(job_class.new, timestamp) }
          .to raise_error(NotImplementedError) { |error| expect(error.message).to include(*remedies) }
      end
      expect(sent).to be_empty
    end
  end

  it "lets subclasses write the payload" do
    custom = Class.new(described_class) do
      private

      def serialize_job(job) = "<#{super}>"
    end
    custom.new.dispatch(job_class.new)

    expect(sent.first[:payload]).to match(/\A<\{.*\}>\z/)
  end

  it "writes with the configuration's deserializer" do
    Karafka::App.config.internal.active_job.deserializer = Class.new do
      def serialize(job) = job.class.name
    end.new
    dispatch

    expect(sent.first[:payload]).to eq("MailJob")
  end
end
