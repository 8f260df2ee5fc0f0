# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Transactions" do
  let(:topic) { create_topic("transactional", partitions: 2) }
  let(:id) { unique("tx") }
  let(:producer) { build }
  let(:seen) { [] }

  def build(**settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka,
                       "transactional.id": id }.merge(settings.delete(:kafka) || {})
      config.max_wait_timeout = 20_000
      config.wait_backoff_on_transaction_fatal_error = 10
      settings.each { |name, value| config.public_send(:"#{name}=", value) }
    end
    cleanups << -> { made.close! }
    made
  end

  def record(*names, of: producer)
    names.each { |name| of.monitor.subscribe(name) { |event| seen << event } }
  end

  def ids = seen.map(&:id)

  let(:steps) do
    %w[
      transaction.started transaction.committed transaction.aborted transaction.finished
      message.produced_async messages.produced_sync message.purged error.occurred producer.reloaded
    ]
  end

  it "shows all messages or none, in order of events" do
    record(*steps)
    expect(producer.transaction { producer.produce_async(topic:, payload: "1") && :result }).to eq(:result)
    expect(ids).to eq(%w[transaction.started message.produced_async transaction.committed
                         transaction.finished])
    reports = []
    result = producer.transaction do
      reports << producer.produce_sync(topic:, payload: "2")
      raise WaterDrop::AbortTransaction
    end
    expect([result, reports.first.offset]).to match([nil, be >= 0])
    expect(ids.last(3)).to eq(%w[transaction.started transaction.aborted transaction.finished])
    expect(peer.read(topic, count: 2, within: 3).map(&:payload)).to eq(["1"])
  end

  it "purges what was not sent when an error leaves the block, without an error event or reload" do
    record(*steps)
    handle = nil
    slow = build(kafka: { "transactional.id": unique("tx"), "linger.ms": 5_000 })
    record(*steps, of: slow)
    expect do
      slow.transaction do
        handle = slow.produce_async(topic:, payload: "1", label: "mine")
        raise KeyError, "mine"
      end
    end.to raise_error(KeyError, "mine")
    expect(ids).to eq(%w[transaction.started message.produced_async message.purged transaction.aborted])
    expect(seen[2][:label]).to eq("mine")
    expect { handle.wait }.to raise_error(Rdkafka::RdkafkaError, /purge/)
  end

  it "aborts for Interrupt as well" do
    record("transaction.aborted")
    expect { producer.transaction { raise Interrupt } }.to raise_error(Interrupt)
    expect(ids).to eq(["transaction.aborted"])
  end

  it "joins nested calls to the outer one" do
    record(*steps)
    producer.transaction do
      producer.transaction do
        producer.transaction do
          producer.produce_sync(topic:, payload: "1")
        end
      end
    end
    expect(ids.tally.values_at("transaction.started", "transaction.committed")).to eq([1, 1])
    expect(producer.transaction?).to be(false)
  end

  it "refuses to be left by break, return or throw, and commits on next" do
    record(*steps)
    exits = [
      -> { producer.transaction { break } }, -> { catch(:out) { producer.transaction { throw :out } } },
      -> { [1].each { producer.transaction { return } } }
    ]
    expect(exits).to all(raise_error(WaterDrop::Errors::EarlyTransactionExitNotAllowedError))
    expect(ids.uniq).to eq(%w[transaction.started transaction.aborted])
    producer.transaction { next }
    expect(ids.last(2)).to eq(%w[transaction.committed transaction.finished])
  end

  it "makes one of each dispatch outside of a block" do
    record(*steps)
    handle = producer.produce_async(topic:, payload: "1")
    expect(handle).not_to be_pending
    expect(ids).to eq(%w[transaction.started transaction.committed transaction.finished
                         message.produced_async])
    producer.produce_many_sync([{ topic:, payload: "2" }, { topic:, payload: "3" }])
    expect(ids.tally["transaction.committed"]).to eq(2)
    producer.buffer(topic:, payload: "4")
    producer.close
    expect(peer.read(topic, count: 4).map(&:payload)).to match_array(%w[1 2 3 4])
  end

  it "keeps messages of other threads out of an aborted transaction" do
    started = Queue.new
    other = Thread.new { started.pop && producer.produce_sync(topic:, payload: "other") }
    producer.transaction do
      producer.produce_sync(topic:, payload: "mine")
      started << true
      Thread.pass until other.stop?
      raise WaterDrop::AbortTransaction
    end
    expect(other.value.error).to be_nil
    expect(peer.read(topic, count: 2, within: 3).map(&:payload)).to eq(["other"])
  end

  it "refuses another fiber of its thread at once" do
    expect { producer.transaction { Fiber.new { producer.produce_sync(topic:, payload: "1") }.resume } }
      .to raise_error(ThreadError)
    expect(producer.produce_sync(topic:, payload: "1").error).to be_nil
  end

  it "reloads once after a message that is too large" do
    record(*steps)
    expect { producer.produce_sync(topic:, payload: "x" * 1_000_010) }
      .to raise_error(WaterDrop::Errors::ProduceError)
    expect(ids.count("producer.reloaded")).to eq(1)
    expect(producer.status).to be_configured
    expect(producer.produce_sync(topic:, payload: "1").error).to be_nil
  end

  it "cannot commit what was purged, and begins anew" do
    lingering = build(kafka: { "linger.ms": 5_000 })
    record(*steps, of: lingering)
    expect do
      lingering.transaction do
        lingering.produce_async(topic:, payload: "gone", label: 1)
        lingering.purge
      end
    end.to raise_error(Rdkafka::RdkafkaError) { |error| expect(error.code).to eq(:inconsistent) }
    expect(ids.tally.slice("message.purged", "transaction.committed", "producer.reloaded"))
      .to eq("message.purged" => 1, "producer.reloaded" => 1)
    expect(lingering.produce_sync(topic:, payload: "1").error).to be_nil
    expect(peer.read(topic, count: 2, within: 3).map(&:payload)).to eq(["1"])
  end

  it "stays fenced without a reload, and closes" do
    record(*steps)
    producer.produce_sync(topic:, payload: "1")
    build.produce_sync(topic:, payload: "2")
    2.times do
      expect do
        producer.transaction do
          producer.produce_sync(topic:, payload: "3")
        end
      end.to raise_error(StandardError)
    end
    fenced = seen.select { |event| event.id == "error.occurred" }.map { |event| event[:error] }
    expect(fenced.grep(Rdkafka::RdkafkaError).map(&:code)).to include(:fenced)
    expect([ids.count("producer.reloaded"), producer.status.to_sym]).to eq([0, :connected])
    expect(producer.close).to eq(:closed)
  end

  it "refuses to close inside, and waits for others from outside" do
    expect { producer.transaction { producer.close } }
      .to raise_error(WaterDrop::Errors::ProducerTransactionalCloseAttemptError)
    inside = Queue.new
    other = Thread.new { inside.pop && producer.close }
    producer.transaction do
      inside << true
      Thread.pass until other.stop?
      producer.produce_sync(topic:, payload: "1")
    end
    expect(other.value).to eq(:closed)
    expect(peer.read(topic, count: 1).size).to eq(1)
  end

  it "needs a transactional producer, a transaction to mark in, and what can be marked" do
    plain = WaterDrop::Producer.new { |config| config.kafka = { "bootstrap.servers": kafka } }
    expect { plain.transaction { nil } }.to raise_error(WaterDrop::Errors::ProducerNotTransactionalError)
    [plain, producer].each do |one|
      expect { one.transaction_mark_as_consumed(nil, nil) }
        .to raise_error(WaterDrop::Errors::TransactionRequiredError)
    end
    expect { producer.transaction { producer.transaction_mark_as_consumed(nil, nil) } }
      .to raise_error(WaterDrop::Errors::TransactionalOffsetInvalidError)
  end

  it "refuses variants that change acks" do
    expect { producer.with(topic_config: { acks: 1 }) }
      .to raise_error(WaterDrop::Errors::VariantInvalidError, /kafka.acks/)
  end

  it "tells an unreachable broker as a failed begin, retried, and never runs the block" do
    offline = build(kafka: { "bootstrap.servers": "localhost:1", "transaction.timeout.ms": 1_000,
                             "message.timeout.ms": 1_000 },
                    max_attempts_on_transaction_command: 2, wait_backoff_on_transaction_command: 1)
    record(*steps, of: offline)
    ran = false
    expect { offline.transaction { ran = true } }.to raise_error(Rdkafka::RdkafkaError, /timed_out/)
    begun = seen.select { |event| event.payload[:type] == "transaction.begin" }
    expect(begun.map { |event| [event[:retry], event[:attempt]] }).to eq([[true, 1], [false, 2]])
    expect([ran, offline.status.to_sym]).to eq([false, :configured])
  end
end

RSpec.describe "Idempotence" do
  let(:topic) { create_topic("idempotent") }

  def build(**settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka, "enable.idempotence": true }
      config.wait_backoff_on_idempotent_fatal_error = 10
      settings.each { |name, value| config.public_send(:"#{name}=", value) }
    end
    made.singleton_class.include(WaterDrop::Producer::Testing)
    cleanups << -> { made.close! }
    made
  end

  it "recovers from a fatal error by one reload if so asked" do
    producer = build(reload_on_idempotent_fatal_error: true)
    seen = []
    %w[producer.reloaded error.occurred].each do |name|
      producer.monitor.subscribe(name) do |event|
        seen << event
      end
    end
    producer.produce_sync(topic:, payload: "1")
    expect(producer.trigger_test_fatal_error(47, "test")).to eq(0)
    expect(producer.fatal_error).to match(error_code: 47, error_string: /test/)
    expect(producer.produce_sync(topic:, payload: "2").offset).to eq(1)
    expect(producer.fatal_error).to be_nil
    expect(seen.count { |event| event.id == "producer.reloaded" }).to eq(1)
    fatal = seen.find do |event|
      event.id == "error.occurred" && event[:type] == "librdkafka.idempotent_fatal_error"
    end
    expect([fatal[:attempt], fatal[:error].code,
            fatal[:error].fatal?]).to eq([1, :invalid_producer_epoch, true])
  end

  it "raises with default settings" do
    producer = build
    producer.produce_sync(topic:, payload: "1")
    producer.trigger_test_fatal_error(47, "test")
    expect do
      producer.produce_sync(topic:, payload: "2")
    end.to raise_error(WaterDrop::Errors::ProduceError) { |error|
             expect([error.cause.code,
                     error.cause.fatal?]).to eq([
                                                  :invalid_producer_epoch, true
                                                ])
           }
    expect(producer.close).to eq(:closed)
  end

  it "reloads once for ten threads" do
    producer = build(reload_on_idempotent_fatal_error: true, max_attempts_on_idempotent_fatal_error: 20)
    reloads = 0
    producer.monitor.subscribe("producer.reloaded") { reloads += 1 }
    producer.produce_sync(topic:, payload: "0")
    producer.trigger_test_fatal_error(47, "test")
    threads = Array.new(10) { |i| Thread.new { producer.produce_sync(topic:, payload: i.to_s) } }
    results = threads.map do |thread|
      thread.value
    rescue WaterDrop::Errors::ProduceError => e
      e
    end
    expect(results).to all(be_a(Rdkafka::Producer::DeliveryReport).or(be_a(WaterDrop::Errors::ProduceError)))
    expect([reloads, results.grep(Rdkafka::Producer::DeliveryReport).size]).to eq([1, 10])
  end
end
