# frozen_string_literal: true

require_relative "../../spec_helper"
require "waterdrop"

# On a detached partition: never lost but by `revoke`, nothing committed.
RSpec.describe Karafka::Processing::ConsumerGroups::Transactions, :fresh_app do
  let(:by_hand) { true }
  let(:groups) { Karafka::Processing::ConsumerGroups }
  let(:coordinator) { groups::Coordinator.new(routed, 0) }
  let(:state) { coordinator.state }
  let(:told) { [] }
  let(:sent) { [] }
  let(:commits) { [] }
  let(:client) do
    answers = { commit_offsets!: true, mark_as_consumed: true, mark_as_consumed!: true,
                commit_offsets: true, consumer_group_metadata_pointer: :group, pause: nil }
    calls = commits
    Class.new do
      answers.each { |name, answer| define_method(name) { |*| (calls << name) && answer } }
    end.new
  end
  let(:producer) { transactional("own") }
  let(:consumer) { consume { nil } }
  let(:batch) { messages(10, 11, 12) }
  let(:routed) do
    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
    managed = by_hand
    Karafka::App.routes.draw do
      topic(:orders) do
        consumer Class.new(Karafka::BaseConsumer)
        manual_offset_management(managed)
      end
    end
    Karafka::App.routes.first.topics.first
  end

  before do
    routed
    %w[consumer.consuming.transaction consumer.consuming.retry error.occurred].each do |name|
      Karafka.monitor.subscribe(name) { |event| told << [name, event.payload] }
    end
  end

  def transactional(id)
    marks = sent
    made = buffered("transactional.id": id)
    made.monitor.subscribe("transaction.marked_as_consumed") do |event|
      marks << [id, event[:message].offset, event[:offset_metadata]]
    end
    made
  end

  def plain = buffered("bootstrap.servers": "127.0.0.1:9")

  def buffered(**kafka)
    WaterDrop::Producer.new do |config|
      config.client_class = WaterDrop::Clients::Buffered
      config.kafka = kafka
      config.reload_on_transaction_fatal_error = false
    end
  end

  def consume(&body)
    Class.new(Karafka::BaseConsumer) { define_method(:consume, &body) }.new.tap do |made|
      made.singleton_class.include(groups::Strategy)
      made.coordinator = coordinator
      made.client = client
      made.producer = producer
      made.messages = batch
      state.begin_batch(10, 12, false)
    end
  end

  def messages(*offsets)
    raw = offsets.map do |offset|
      details = Karafka::Messages::Metadata.new(offset:, topic: "orders", partition: 0)
      Karafka::Messages::Message.new("x", details)
    end
    Karafka::Messages::Builders::Messages.call(raw, routed, 0, Time.now)
  end

  def run(subject)
    subject.on_before_schedule_consume
    subject.on_before_consume
    subject.on_consume
    subject.on_after_consume
  end

  def transactions = told.count { |name,| name == "consumer.consuming.transaction" }
  def errors = told.filter_map { |name, payload| payload[:error].class if name == "error.occurred" }

  it "sends offsets and metadata through the producer and moves the position after the commit" do
    inside = nil
    result = consumer.transaction do
      consumer.produce_async(topic: "out", payload: "1")
      answers = [consumer.mark_as_consumed(batch.to_a[0]), consumer.mark_as_consumed!(batch.to_a[1], "text")]
      inside = [consumer.seek_offset, producer.client.messages.size]
      answers
    end

    expect(result).to eq([true, true])
    expect(inside).to eq([10, 0])
    expect(sent).to eq([["own", 10, nil], ["own", 11, "text"]])
    expect(consumer.seek_offset).to eq(12)
    expect(producer.client.messages.size).to eq(1)
    expect(told).to match([["consumer.consuming.transaction", { caller: consumer, time: be_a(Float) }]])
    expect(state.take_waiting_metadata).to be_nil
    expect(commits).to be_empty
  end

  it "aborts without an error, tells so, and leaves the position" do
    consumer.transaction { consumer.mark_as_consumed(batch.last) }
    result = consumer.transaction do
      consumer.produce_async(topic: "out", payload: "1")
      consumer.mark_as_consumed(batch.first)
      raise WaterDrop::AbortTransaction
    end

    expect([result, consumer.seek_offset, transactions, producer.client.messages]).to eq([nil, 13, 2, []])
  end

  [ArgumentError, Interrupt, NoMemoryError].each do |error|
    it "lets #{error} through, aborted, with its position and producer restored" do
      other = transactional("other")
      expect do
        consumer.transaction(other) do
          consumer.mark_as_consumed(batch.last)
          raise error
        end
      end.to raise_error(error)
      expect([consumer.seek_offset, transactions, consumer.producer]).to eq([10, 0, producer])
    end
  end

  it "refuses early exits, and nothing of them counts" do
    breaking = -> { consumer.transaction { consumer.mark_as_consumed(batch.last) && break } }
    throwing = -> { catch(:out) { consumer.transaction { throw :out } } }
    [method(:returning), breaking, throwing].each do |exit|
      expect { exit.call }.to raise_error(WaterDrop::Errors::EarlyTransactionExitNotAllowedError)
    end
    expect([consumer.seek_offset, transactions]).to eq([10, 0])
  end

  def returning
    consumer.transaction { return consumer.mark_as_consumed(batch.last) }
  end

  it "makes the given producer the consumer's own for the block, for its fiber" do
    other = transactional("other")
    seen = consumer.transaction(other) do
      consumer.mark_as_consumed(batch.last)
      [consumer.producer, Thread.new { consumer.producer }.value]
    end

    expect(seen).to eq([other, producer])
    expect([consumer.producer, sent]).to eq([producer, [["other", 12, nil]]])
  end

  it "needs a transactional producer" do
    expect { consumer.transaction(plain) { raise "not reached" } }
      .to raise_error(WaterDrop::Errors::ProducerNotTransactionalError)
    expect(consumer.producer).to eq(producer)
  end

  it "does not nest, which aborts the outer one, while the producer's own joins" do
    expect do
      consumer.transaction do
        consumer.mark_as_consumed(batch.last)
        consumer.transaction { nil }
      end
    end.to raise_error(Karafka::Errors::TransactionAlreadyInitializedError)
    expect(consumer.seek_offset).to eq(10)

    consumer.transaction { producer.transaction { consumer.mark_as_consumed(batch.last) } }
    expect(consumer.seek_offset).to eq(13)
  end

  it "refuses to join a transaction of the producer, as its end would be missed" do
    expect { producer.transaction { consumer.transaction { nil } } }
      .to raise_error(Karafka::Errors::TransactionAlreadyInitializedError)
  end

  it "sends a repeated mark once, and none of what was marked before" do
    2.times do
      consumer.transaction { 2.times { consumer.mark_as_consumed(batch.first) } }
    end
    expect([sent, consumer.seek_offset]).to eq([[["own", 10, nil]], 11])
  end

  it "marks nothing after a resetting seek" do
    consumer.seek_offset = nil
    expect(consumer.transaction { consumer.mark_as_consumed(batch.last) }).to be(true)
    expect([sent, consumer.seek_offset]).to eq([[], nil])
  end

  it "takes the waiting text along, and gives it back when aborted, behind a newer one" do
    state.waiting_metadata = "waits"
    consumer.transaction { consumer.mark_as_consumed(batch.to_a[0]) && raise(WaterDrop::AbortTransaction) }
    consumer.transaction { consumer.mark_as_consumed(batch.to_a[0]) }
    consumer.transaction { consumer.mark_as_consumed(batch.to_a[1]) }
    expect(sent.map(&:last)).to eq(["waits", "waits", nil])

    state.waiting_metadata = "older"
    consumer.transaction do
      consumer.mark_as_consumed(batch.to_a[2])
      state.waiting_metadata = "newer"
      raise WaterDrop::AbortTransaction
    end
    expect(state.take_waiting_metadata).to eq("newer")
  end

  describe "when the partition is lost" do
    it "raises at a mark" do
      expect do
        consumer.transaction do
          consumer.produce_async(topic: "out", payload: "1")
          coordinator.revoke
          consumer.mark_as_consumed(batch.last)
        end
      end.to raise_error(Karafka::Errors::AssignmentLostError, %r{orders/0})
      expect([sent, producer.client.messages]).to eq([[], []])
    end

    it "aborts before the commit, even if the mark's own error was rescued" do
      [
        -> { consumer.mark_as_consumed(batch.last) && coordinator.revoke },
        lambda do
          consumer.mark_as_consumed(batch.first)
        rescue Karafka::Errors::AssignmentLostError
          :went_on
        end
      ].each do |block|
        expect { consumer.transaction { consumer.produce_async(topic: "out", payload: "1") && block.call } }
          .to raise_error(Karafka::Errors::AssignmentLostError)
      end
      expect([consumer.seek_offset, producer.client.messages]).to eq([10, []])
    end

    def refused_with(code, error)
      allow(producer.client).to receive(:send_offsets_to_transaction)
        .and_raise(Rdkafka::RdkafkaError.new(code))
      expect { consumer.transaction { consumer.mark_as_consumed(batch.last) } }.to raise_error(error)
    end

    it "raises when only the broker knows so far" do
      [25, 82].each { |code| refused_with(code, Karafka::Errors::AssignmentLostError) }
    end

    # Cooperative members keep partitions over generations: who believed in a loss would leave the batch, and
    # the framework would mark the rest of it.
    it "raises what the broker said when the group has moved on, unless the partition is lost indeed" do
      [22, 113].each { |code| refused_with(code, Rdkafka::RdkafkaError) }
      coordinator.revoke
      refused_with(22, Karafka::Errors::AssignmentLostError)
    end

    it "still produces" do
      coordinator.revoke
      consumer.transaction { consumer.produce_async(topic: "out", payload: "1") }
      expect([producer.client.messages.size, transactions]).to eq([1, 1])
    end
  end

  describe "marks after one of a transaction" do
    before do
      consumer.transaction { consumer.mark_as_consumed(batch.first) && raise(WaterDrop::AbortTransaction) }
    end

    it "get a transaction of their own, without the block's event" do
      expect([consumer.mark_as_consumed(batch.to_a[0], "a"), consumer.mark_as_consumed!(batch.to_a[1])])
        .to eq([true, true])
      expect(sent).to eq([["own", 10, nil], ["own", 10, "a"], ["own", 11, nil]])
      expect([consumer.seek_offset, transactions, commits]).to eq([12, 1, []])
    end

    it "answer as others when repeated or lost" do
      consumer.mark_as_consumed(batch.first)
      expect(consumer.mark_as_consumed(batch.first)).to be(true)
      coordinator.revoke
      expect(consumer.mark_as_consumed(batch.first)).to be(true)
      expect(consumer.mark_as_consumed(batch.last)).to be(false)
      expect(sent.size).to eq(2)
    end

    it "need a transactional producer, and a transaction of this consumer" do
      consumer.producer = plain
      expect { consumer.mark_as_consumed(batch.last) }
        .to raise_error(Karafka::Errors::NonTransactionalMarkingAttemptError)
      consumer.producer = producer
      expect { producer.transaction { consumer.mark_as_consumed(batch.last) } }
        .to raise_error(Karafka::Errors::NonTransactionalMarkingAttemptError)
      expect(consumer.seek_offset).to eq(10)
    end

    it "are committed with nothing left to commit" do
      expect([consumer.commit_offsets, consumer.commit_offsets!]).to eq([true, true])
    end
  end

  it "commits earlier marks of the consumer before the first of a transaction, once" do
    consumer.mark_as_consumed(batch.to_a[0])
    commits.clear
    consumer.transaction { consumer.mark_as_consumed(batch.to_a[1]) }
    consumer.transaction { consumer.mark_as_consumed(batch.to_a[2]) }
    expect(commits).to eq([:commit_offsets!])
  end

  describe "with automatic marks" do
    let(:by_hand) { false }

    it "marks the rest of the batch in a transaction, through the producer of that moment" do
      other = transactional("other")
      subject = consume { transaction { mark_as_consumed(messages.first) } && self.producer = other }
      run(subject)
      expect(sent).to eq([["own", 10, nil], ["other", 12, nil]])
      expect([subject.seek_offset, errors]).to eq([13, []])
    end

    it "marks nothing more when the last message is marked" do
      run(consume { transaction { mark_as_consumed(messages.last) } })
      expect(sent).to eq([["own", 12, nil]])
    end

    it "marks the batch after an abort: that is no failure" do
      run(consume { transaction { mark_as_consumed(messages.first) && raise(WaterDrop::AbortTransaction) } })
      expect([sent.last, errors]).to eq([["own", 12, nil], []])
    end

    it "reports and retries where no transaction can be had" do
      without = plain
      run(consume { transaction { mark_as_consumed(messages.first) } && self.producer = without })
      expect(errors).to eq([Karafka::Errors::NonTransactionalMarkingAttemptError])
      expect(told.last[1]).to include(offset: 11)
    end

    it "stores no automatic mark of a consumer that only produced" do
      run(consume { transaction { produce_async(topic: "out", payload: "1") } })
      expect([sent, state.transactional?, coordinator.seek_offset]).to eq([[], false, 13])
    end
  end

  describe "in lanes" do
    let(:settings) { Karafka::App.config.internal.processing.consumer_groups }

    before do
      settings.partitioner_class = Class.new(groups::Partitioner)
      consumer
      state.register([[0, [10, 12]], [1, [11]]])
    end

    after { settings.partitioner_class = groups::Partitioner }

    it "applies marks after the commit, and no others" do
      seen = consumer.transaction do
        consumer.mark_as_consumed(batch.to_a[1])
        consumer.mark_as_consumed(batch.to_a[0])
        consumer.seek_offset
      end
      expect([seen, sent, consumer.seek_offset, state.transactional?]).to eq([10, [], 12, false])
    end

    it "drops them when aborted" do
      consumer.transaction { consumer.mark_as_consumed(batch.to_a[0]) && raise(WaterDrop::AbortTransaction) }
      expect(consumer.seek_offset).to eq(10)
    end

    it "raises at a mark of a lost partition" do
      coordinator.revoke
      expect { consumer.transaction { consumer.mark_as_consumed(batch.first) } }
        .to raise_error(Karafka::Errors::AssignmentLostError)
    end

    it "marks in the transaction when collapsed, and through the ledger afterwards" do
      state.collapse_until(12)
      state.begin_batch(10, 12, false)
      state.register([[0, [10, 11, 12]]])
      consumer.transaction { consumer.mark_as_consumed(batch.to_a[1]) }
      expect([sent, consumer.seek_offset]).to eq([[["own", 11, nil]], 12])

      commits.clear
      consumer.mark_as_consumed(batch.last)
      expect([commits, consumer.seek_offset]).to eq([[:mark_as_consumed], 13])
    end

    it "takes no mark along, collapsed or not, while another lane has earlier messages left" do
      state.collapse_until(14)
      state.begin_batch(13, 14, false)
      state.register([[0, [13, 14]]])
      consumer.transaction { consumer.mark_as_consumed(messages(13, 14).to_a.last) }
      expect([coordinator.collapsed?, sent, consumer.seek_offset]).to eq([true, [], 11])
    end
  end
end
