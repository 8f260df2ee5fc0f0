# frozen_string_literal: true

require "timeout"
require_relative "../../spec_helper"
require "waterdrop"

RSpec.describe WaterDrop::Producer::Transactions do
  let(:producer) do
    WaterDrop::Producer.new do |config|
      config.client_class = WaterDrop::Clients::Buffered
      config.kafka = { "transactional.id": "tx" }
      config.wait_backoff_on_transaction_command = 1
      config.wait_backoff_on_transaction_fatal_error = 1
    end
  end
  let(:seen) { [] }

  after { producer.close }

  def record(*names)
    names.each { |name| producer.monitor.subscribe(name) { |event| seen << event } }
  end

  def failing(command, times:, code: -172, **flags)
    allow(producer.client).to receive(command).and_wrap_original do |original|
      raise Rdkafka::RdkafkaError.new(code, **flags) if (times -= 1) >= 0

      original.call
    end
  end

  def send_one = producer.produce_async(topic: "a", payload: "1")

  it "shows messages of doubles after the commit, and none after an abort" do
    producer.transaction do
      send_one
      expect(producer.client.messages).to be_empty
    end
    producer.transaction { send_one && raise(WaterDrop::AbortTransaction) }
    expect(producer.client.messages.size).to eq(1)
  end

  it "aborts nothing that is committed, whatever those who are told of it raise" do
    record("error.occurred", "transaction.aborted")
    producer.monitor.subscribe("transaction.committed") { raise "told" }
    allow(producer.client).to receive(:abort_transaction).and_raise(Rdkafka::RdkafkaError, -172)
    expect { producer.transaction { send_one } }.to raise_error("told")
    expect([producer.client.messages.size, seen]).to eq([1, []])
  end

  it "repeats retryable commands, each failure an event" do
    record("error.occurred")
    failing(:commit_transaction, times: 2, retryable: true)
    producer.transaction { send_one }
    expect(seen.map { |event| [event[:type], event[:retry], event[:attempt], event[:caller]] })
      .to eq([["transaction.commit", true, 1, producer], ["transaction.commit", true, 2, producer]])
  end

  it "gives retryable commands up after the attempts" do
    record("error.occurred")
    failing(:begin_transaction, times: 99, retryable: true)
    ran = false
    producer.config.reload_on_transaction_fatal_error = false
    expect { producer.transaction { ran = true } }.to raise_error(Rdkafka::RdkafkaError)
    expect([seen.size, seen.last[:retry], ran]).to eq([5, false, false])
  end

  it "aborts once after an abortable commit, then reloads and raises" do
    record("transaction.aborted", "producer.reload", "producer.reloaded", "buffer.purged",
           "transaction.finished")
    failing(:commit_transaction, times: 1, abortable: true)
    expect { producer.transaction { send_one } }.to raise_error(Rdkafka::RdkafkaError)
    expect(seen.map(&:id)).to eq(%w[transaction.aborted producer.reload buffer.purged producer.reloaded])
    expect([seen[1][:attempt], seen[1][:error].code, seen[1][:caller]]).to eq([1, :state, producer])
    expect(producer.status).to be_configured
  end

  it "reloads after a fatal command without an abort, and not for codes that are excluded" do
    record("transaction.aborted", "producer.reloaded")
    failing(:commit_transaction, times: 1, code: 47, fatal: true)
    expect { producer.transaction { send_one } }.to raise_error(Rdkafka::RdkafkaError)
    expect(seen.map(&:id)).to eq(["producer.reloaded"])
    failing(:commit_transaction, times: 1, code: -144, fatal: true)
    expect { producer.transaction { send_one } }.to raise_error(Rdkafka::RdkafkaError)
    expect(seen.map(&:id)).to eq(["producer.reloaded"])
    expect(producer.status).to be_connected
  end

  it "stops reloading after the attempts, which a commit gives back" do
    producer.config.max_attempts_on_transaction_fatal_error = 2
    record("producer.reloaded")
    allow(WaterDrop::Clients::Buffered).to receive(:new).and_wrap_original do |original, *arguments|
      original.call(*arguments).tap do |made|
        allow(made).to receive(:commit_transaction) { raise Rdkafka::RdkafkaError.new(47, fatal: true) }
      end
    end
    3.times { expect { producer.transaction { send_one } }.to raise_error(Rdkafka::RdkafkaError) }
    expect([seen.size, producer.transactional_retryable?]).to eq([2, false])
  end

  it "lets listeners of producer.reload change the settings of the next client" do
    failing(:commit_transaction, times: 1, code: 47, fatal: true)
    producer.monitor.subscribe("producer.reload") do |event|
      event[:caller].config.kafka = event[:caller].config.kafka.merge("transactional.id": "tx2")
    end
    expect { producer.transaction { send_one } }.to raise_error(Rdkafka::RdkafkaError)
    expect(producer.config.kafka[:"transactional.id"]).to eq("tx2")
  end

  it "does nothing about a client that is not there, as it could not be built" do
    record("error.occurred", "transaction.started", "producer.reload")
    producer.client
    producer.disconnect
    allow(WaterDrop::Clients::Buffered).to receive(:new).and_raise(Rdkafka::RdkafkaError.new(-195))
    expect { producer.transaction { nil } }.to raise_error(Rdkafka::RdkafkaError, /transport/)
    expect(seen.map { |event| event.payload[:type] }).to eq(["transaction.begin"])
    expect(producer.status).to be_disconnected
  end

  it "does not reload for errors of the application" do
    record("producer.reloaded", "transaction.aborted")
    expect { producer.transaction { raise KeyError } }.to raise_error(KeyError)
    expect(seen.map(&:id)).to eq(["transaction.aborted"])
  end

  it "aborts when its thread is killed" do
    record("transaction.aborted", "transaction.committed")
    inside = Queue.new
    other = Thread.new do
      producer.transaction do
        send_one
        inside << true
        sleep
      end
    end
    other.report_on_exception = false
    inside.pop
    other.kill
    begin
      other.join
    rescue WaterDrop::Errors::EarlyTransactionExitNotAllowedError
      nil # raised into what is over
    end
    expect([seen.map(&:id), producer.client.messages]).to eq([["transaction.aborted"], []])
    expect(producer.transaction { :next }).to eq(:next)
  end

  it "aborts for every class of error" do
    record("transaction.aborted")
    errors = [NoMemoryError, SystemExit, SignalException.new("TERM"), NotImplementedError]
    expect(errors.map { |error| -> { producer.transaction { raise error } } })
      .to all(raise_error { |error| expect(error).not_to be_a(StandardError) })
    expect(seen.size).to eq(4)
  end

  it "aborts when time is over, and raises that error" do
    record("transaction.aborted")
    late = Class.new(StandardError)
    expect { Timeout.timeout(0.01, late) { producer.transaction { Queue.new.pop } } }.to raise_error(late)
    expect(seen.size).to eq(1)
  end

  it "waits for the first message before it aborts, if so asked" do
    producer.config.wait_timeout_on_transaction_abort = 5
    handle = nil
    waited = []
    expect do
      producer.transaction do
        handle = send_one
        allow(handle).to receive(:wait) { |**options| waited << options }
        raise KeyError
      end
    end.to raise_error(KeyError)
    expect(waited).to eq([{ max_wait_timeout_ms: 5 }])
  end

  it "tells of a batch what was handed over, though nothing of it remains, except in the event of waits" do
    producer.config.reload_on_transaction_fatal_error = false
    record("error.occurred")
    allow(producer.client).to receive(:produce).and_wrap_original do |original, **message|
      message[:payload] == "2" ? raise(Rdkafka::RdkafkaError, 10) : original.call(**message)
    end
    batch = Array.new(4) { |i| { topic: "a", payload: i.to_s } }
    %i[produce_many_sync produce_many_async].each do |method|
      expect { producer.public_send(method, batch) }
        .to raise_error(WaterDrop::Errors::ProduceManyError) { |e| expect(e.dispatched.size).to eq(2) }
    end
    expect(seen.map { |event| [event[:type], event[:messages], event[:dispatched].size] })
      .to eq([["messages.produce_many_sync", batch, 0], ["messages.produce_many_async", batch, 2]])
    expect(producer.client.messages).to be_empty
  end

  it "puts a buffer that failed to commit back as a whole" do
    producer.config.reload_on_transaction_fatal_error = false
    failing(:commit_transaction, times: 1)
    producer.buffer(topic: "a", payload: "1")
    expect { producer.flush_sync }.to raise_error(WaterDrop::Errors::ProduceManyError) { |error|
      expect(error.dispatched.size).to eq(1)
    }
    expect(producer.messages).to eq([{ topic: "a", payload: "1" }])
    producer.messages.clear
  end

  it "marks the offset after a message, and only in a transaction" do
    consumer = Struct.new(:consumer_group_metadata_pointer).new(:opaque)
    message = Struct.new(:topic, :partition, :offset).new("a", 2, 7)
    sent = nil
    allow(producer.client).to receive(:send_offsets_to_transaction) { |*arguments| sent = arguments }
    record("transaction.marked_as_consumed")
    expect { producer.transaction_mark_as_consumed(consumer, message) }
      .to raise_error(WaterDrop::Errors::TransactionRequiredError)
    producer.transaction { producer.transaction_mark_as_consumed(consumer, message, "meta") }
    mark = sent[1].to_h["a"].first
    expect([sent[0], mark.partition, mark.offset, mark.metadata]).to eq([consumer, 2, 8, "meta"])
    expect([seen.size, seen.first[:message], seen.first[:offset_metadata]]).to eq([1, message, "meta"])
  end
end
