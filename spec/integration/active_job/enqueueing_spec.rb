# frozen_string_literal: true

require_relative "jobs_helper"

RSpec.describe "Jobs that are enqueued", :fresh_app, :jobs do
  before { set_up }

  def written(count, topic: queue) = peer.read(topic, count:)
  def producer = Karafka.producer

  # @return [Array] errors that the producer reports
  def reported
    [].tap { |errors| producer.monitor.subscribe("error.occurred") { |event| errors << event[:error] } }
  end

  it "are one message: the queue is the topic, the payload their JSON; no headers, no key" do
    job = job_class.perform_later(1, "two", key: 3)
    producer.close
    message = written(1).first

    expect(JSON.parse(message.payload)).to include(
      "job_class" => "WorkJob", "job_id" => job.job_id, "queue_name" => queue, "provider_job_id" => nil,
      "arguments" => JSON.parse(job.serialize["arguments"].to_json)
    )
    expect([message.headers, message.key]).to eq([{}, nil]).or eq([[], nil])
    expect(peer.watermarks(queue)).to eq([0, 1])
  end

  it "in bulk come with one call for each method, and all of them arrive" do
    reports = job_class(options: { dispatch_many_method: :produce_many_sync })
    others = job_class("OtherJob")
    jobs = Array.new(50) { |index| (index.even? ? reports : others).new(index) }

    expect(ActiveJob::QueueAdapters::KarafkaAdapter.new.enqueue_all(jobs)).to eq(50)
    producer.close
    arrived = written(50).map { |message| JSON.parse(message.payload) }.group_by { |job| job["job_class"] }
    expect(arrived.transform_values { |group| group.map { |job| job["arguments"].first } })
      .to eq({ "WorkJob" => (0...50).step(2).to_a, "OtherJob" => (1...50).step(2).to_a })
  end

  it "go where the partitioner says, so that jobs of one key keep their order" do
    topic = create_topic("keyed", partitions: 4)
    keyed = job_class(topic:, options: { partitioner: ->(job) { job.arguments.first } })
    placed = job_class("PlacedJob", topic:, options: { partitioner: ->(job) { job.arguments.first },
                                                       partition_key_type: :partition })
    hashed = job_class("HashedJob", topic:, options: { partitioner: ->(job) { job.arguments.first },
                                                       partition_key_type: :partition_key })
    12.times { |index| keyed.perform_later("user-#{index % 3}", index) }
    placed.perform_later(3)
    4.times { hashed.perform_later(9) }
    producer.close
    by_class = written(17, topic:).group_by { |message| JSON.parse(message.payload)["job_class"] }

    by_key = by_class["WorkJob"].group_by(&:key)
    expect(by_key.keys.sort).to eq(%w[user-0 user-1 user-2])
    by_key.each_value do |messages|
      numbers = messages.map { |message| JSON.parse(message.payload)["arguments"].last }
      expect([messages.map(&:partition).uniq.size, numbers]).to eq([1, numbers.sort])
    end
    expect(by_class["PlacedJob"].map { |message| [message.partition, message.key] }).to eq([[3, nil]])
    expect(by_class["HashedJob"].map { |message| [message.partition, message.key] }.uniq.size).to eq(1)
  end

  it "through another producer come from that one" do
    other = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka, "client.id": "other" }
    end
    used = []
    other.monitor.subscribe("message.acknowledged") { |event| used << event[:topic] }
    variant = other.with(max_wait_timeout: 30_000)
    job_class(options: { producer: ->(_job) { variant }, dispatch_method: :produce_sync }).perform_later(1)

    expect(written(1).size).to eq(1)
    await("the acknowledgement") { used == [queue] }
  ensure
    other.close
  end

  it "are there when `:produce_sync` returns, with the place in the answer" do
    job = job_class(options: { dispatch_method: :produce_sync })
    reports = [1, 2].map { |number| job.queue_adapter.enqueue(job.new(number)) }

    expect(reports.map { |report| [report.topic_name, report.partition, report.offset] })
      .to eq([[queue, 0, 0], [queue, 0, 1]])
  end

  it "for a time that has passed are sent at once, those for later refused without a trace" do
    job = job_class(options: { dispatch_method: :produce_sync })
    job.set(wait_until: Time.now - 1).perform_later(1)

    expect do
      job.set(wait: 60).perform_later(2)
    end.to raise_error(NotImplementedError, /scheduled_messages_topic/)
    expect(peer.watermarks(queue)).to eq([0, 1])
  end

  it "with arguments that cannot be serialized raise, and nothing is written, in bulk neither" do
    job = job_class
    expect { job.perform_later(Object.new) }.to raise_error(ActiveJob::SerializationError)
    expect { job.queue_adapter.enqueue_all([job.new(1), job.new(Object.new)]) }
      .to raise_error(ActiveJob::SerializationError)
    producer.close

    expect(peer.watermarks(queue)).to eq([0, 0])
  end

  describe "above a limit of size" do
    let(:queue) { create_topic("small", max_message_bytes: 2_000) }
    let(:large) { "x" * 4_000 }

    it "raise when the producer knows the limit" do
      producer.config.max_payload_size = 2_000

      expect do
        job_class.perform_later(large)
      end.to raise_error(WaterDrop::Errors::MessageInvalidError, /payload/)
    end

    it "raise with `:produce_sync` when only the broker knows it, and are reported otherwise" do
      errors = reported
      expect { job_class(options: { dispatch_method: :produce_sync }).perform_later(large) }
        .to raise_error(WaterDrop::Errors::ProduceError) { |error|
          expect(error.cause.code).to eq(:msg_size_too_large)
        }
      errors.clear
      job_class("OtherJob").perform_later(large)
      await("the report") do
        errors.any? do |error|
          error.respond_to?(:code) && error.code == :msg_size_too_large
        end
      end
      job_class("SmallJob", options: { dispatch_method: :produce_sync }).perform_later("small")

      expect(written(1).map { |message| JSON.parse(message.payload)["job_class"] }).to eq(["SmallJob"])
    end
  end

  describe "while the broker is down" do
    it "raise with `:produce_sync` once their time is over, and are reported otherwise" do
      set_up("bootstrap.servers": "127.0.0.1:1", "message.timeout.ms": 1_000,
             "socket.connection.setup.timeout.ms": 1_000)
      errors = reported
      job = job_class(options: { dispatch_method: :produce_sync })
      expect { job.perform_later(1) }.to raise_error(WaterDrop::Errors::ProduceError) { |error|
        expect(error.cause.code).to eq(:msg_timed_out)
      }
      errors.clear
      handle = job_class("OtherJob").queue_adapter.enqueue(OtherJob.new(2))
      await("the report") { errors.any? { |error| error.respond_to?(:code) && error.code == :msg_timed_out } }

      expect { handle.wait }.to raise_error(Rdkafka::RdkafkaError, /timed out/i)
    end

    it "are written when it comes back, each once" do
      cluster = own_kafka(heap: "400m")
      client = peer_of("bootstrap.servers" => cluster.settings.bootstrap_servers, "log_level" => 0)
      topic = client.create_topic(unique("jobs"))
      set_up("bootstrap.servers": cluster.settings.bootstrap_servers, "reconnect.backoff.max.ms": 500)
      job = job_class(topic:)
      job.perform_later(0).then { await("the first") { client.watermarks(topic) == [0, 1] } }
      node = cluster.nodes.first
      node.signal("KILL")
      await("the end of the broker") { !node.running? }
      (1..20).each { |number| job.perform_later(number) }
      cluster.start
      producer.close

      numbers = client.read(topic, count: 21).map { |message| JSON.parse(message.payload)["arguments"].first }
      expect(numbers.uniq).to eq((0..20).to_a)
      expect(client.watermarks(topic)).to eq([0, numbers.size])
    end
  end
end
