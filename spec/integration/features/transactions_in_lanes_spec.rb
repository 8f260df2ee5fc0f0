# frozen_string_literal: true

require_relative "transactions_helper"

RSpec.describe "A consumer's transactions with virtual partitions", :fresh_app, :transactions do
  let(:topic) { create_topic("source") }
  let(:target) { create_topic("target") }
  let(:lanes) { -> { virtual_partitions(partitioner: lambda(&:raw_key), max_partitions: 3) } }
  let(:config) { { pause: { timeout: 20, max_timeout: 40 }, max_wait_time: 1_000, concurrency: 3 } }
  # Commits of the consumer itself are on their way all the time.
  let(:often) { { "auto.commit.interval.ms": 50 } }

  # Three keys in turn.
  def fill(numbers)
    peer.produce(topic, numbers.map { |number| { payload: number.to_s, key: (number % 3).to_s } })
  end

  # @return [Array<Integer>] offsets that went along with transactions of the producer
  def taken_along_by(producer)
    [].tap do |offsets|
      producer.monitor.subscribe("transaction.marked_as_consumed") do |event|
        offsets << event[:message].offset
      end
    end
  end

  # Copies each message in a transaction of its own; calls the block in its middle.
  def copying(own, routing: lanes, kafka: often, &within)
    target = self.target
    consume(topic, kafka:, config: { **config, producer: own }, routing:) do
      define_method(:consume) do
        messages.each do |message|
          transaction do
            produce_async(topic: target, payload: message.raw_payload)
            within&.call(self, message)
            mark_as_consumed(message)
          end
        end
      end
    end
  end

  it "take no offset along while lanes work, and leave the marks to the consumer" do
    fill(0..8)
    own = producer
    along = taken_along_by(own)
    run = copying(own)
    run.await("the commit") { committed == 9 }
    run.stop

    expect(visible).to match_array((0..8).map(&:to_s))
    expect([along, run.errors]).to eq([[], []])
    expect(commits).to eq(commits.sort)
  end

  it "leave neither copy nor mark of what was aborted: the batch comes again in one lane" do
    fill(0..8)
    own = producer
    failures = [true]
    run = copying(own) { |_, message| raise "no" if message.offset == 4 && failures.pop }
    run.await("the commit") { committed == 9 }
    run.stop

    expect(visible).to match_array((0..8).map(&:to_s))
    expect(commits).to eq(commits.sort)
  end

  it "take offsets along once the lanes have collapsed, and no longer in lanes after that" do
    fill(0..8)
    own = producer
    along = taken_along_by(own)
    collapsed = {}
    lock = Mutex.new
    run = copying(own) do |consumer, message|
      in_order = consumer.__send__(:collapsed?)
      lock.synchronize { (collapsed[message.offset] ||= []) << in_order }
      raise "no" if message.offset == 4 && !in_order
    end
    run.await("the first batch") { committed == 9 }
    fill(9..17)
    run.await("the second batch") { committed == 18 }
    run.stop

    linear = collapsed.select { |_, runs| runs.last }.keys.sort
    expect(collapsed[4]).to eq([false, true])
    expect(along).to eq(linear)
    expect(linear).to all(be < 9)
    expect(visible).to match_array((0..17).map(&:to_s))
    # Neither the consumer's commits nor those of transactions ever take the group back.
    expect(commits).to eq(commits.sort)
  end

  # The consumer would commit them later, and take the group back behind the transaction.
  it "commit first what lanes have marked and the consumer not committed yet" do
    fill(0..8)
    own = producer
    along = taken_along_by(own)
    failures = [true]
    rarely = { "auto.commit.interval.ms": 600_000 }
    run = copying(own, kafka: rarely) { |_, message| raise "no" if message.offset == 8 && failures.pop }
    run.await("the commit") { committed == 9 }
    run.stop

    expect([along, commits]).to eq([[8], [8, 9]])
    expect(visible).to match_array((0..8).map(&:to_s))
  end

  it "never commit beyond a message that another lane has open" do
    fill(0..8)
    own = producer
    target = self.target
    gate = Queue.new
    ended = Queue.new
    run = consume(topic, kafka: often, config: { **config, producer: own }, routing: lanes) do
      define_method(:consume) do
        messages.each do |message|
          gate.pop if message.offset.zero?
          transaction do
            produce_async(topic: target, payload: message.raw_payload)
            mark_as_consumed(message)
          end
          ended << message.offset
        end
      end
    end
    run.await("the other lanes") { ended.size == 6 }
    copied = peer.read(target, count: 6).map(&:payload)
    expect([copied.sort, committed]).to eq([%w[1 2 4 5 7 8], nil])
    gate << :go_on
    run.await("the commit") { committed == 9 }
    run.stop

    expect(commits).to eq(commits.sort)
  end

  it "send a dead letter and its mark together once collapsed, before they go on in lanes" do
    letters = create_topic("letters")
    fill(0..8)
    own = producer
    along = taken_along_by(own)
    lanes = self.lanes
    routing = lambda do
      instance_exec(&lanes)
      dead_letter_queue(topic: letters, max_retries: 1)
    end
    run = copying(own, routing:) { |_, message| raise "never" if message.raw_payload == "4" }
    run.await("the first batch") { committed == 9 }
    fill(9..17)
    run.await("the second batch") { committed == 18 }
    run.stop

    expect(visible(letters)).to eq(%w[4])
    expect(along).to include(4)
    expect(visible).to match_array(([*0..17] - [4]).map(&:to_s))
    expect(commits).to eq(commits.sort)
  end
end
