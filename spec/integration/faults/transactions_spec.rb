# frozen_string_literal: true

require_relative "../features/transactions_helper"

# A broker of the examples' own, which holds everything: log, group and transactions.
RSpec.describe "A broker killed in the middle of a consumer's transaction", :fresh_app, :transactions do
  let(:cluster) { @cluster }
  let(:servers) { cluster.settings.bootstrap_servers }
  let(:node) { cluster.nodes.first }
  let(:client) { peer_of("bootstrap.servers" => servers, "log_level" => 0) }
  let(:topic) { client.create_topic(unique("source")) }
  let(:target) { client.create_topic(unique("target")) }
  let(:quick) do
    { "bootstrap.servers": servers, "reconnect.backoff.max.ms": 500, log_level: 0,
      "socket.connection.setup.timeout.ms": 2_000 }
  end

  before(:context) { @cluster = Specs::Kafka.start(heap: "400m") }
  after(:context) { Specs::Kafka.discard(@cluster) }
  before { cluster.start }

  # Copies each message in a transaction of its own, and calls the block where it stands within it.
  def copying(routing: nil, &within)
    target = self.target
    own = producer(servers:, **quick, "transaction.timeout.ms": 60_000, "message.timeout.ms": 40_000)
    config = { producer: own, pause: { timeout: 50, max_timeout: 200 }, max_messages: 50 }
    kafka = { **quick, "session.timeout.ms": 6_000, "heartbeat.interval.ms": 500 }
    consume(topic, kafka:, config:, routing:) do
      define_method(:consume) do
        messages.each do |message|
          transaction do
            produce_async(topic: target, payload: message.raw_payload, key: message.raw_key)
            within.call(:before_mark, message)
            mark_as_consumed(message)
            within.call(:after_mark, message)
          end
        end
      end
    end
  end

  def fill(count)
    client.produce(topic, Array.new(count) { |n| { payload: n.to_s, key: (n % 4).to_s } })
  end

  def kill
    node.signal("KILL")
    await("the end of the broker") { !node.running? }
  end

  def all_committed(run, count)
    run.await("the last commit", within: 90) { client.committed(spec_group, topic)[0] == count }
  rescue Specs::Peer::Failed
    retry
  end

  numbers = ->(count) { Array.new(count, &:to_s) }

  { before_mark: "before its mark", after_mark: "between mark and commit" }.each do |place, name|
    { "while it is gone": false, "once it is back": true }.each do |moment, back|
      it "#{name}, work going on #{moment}: each message is copied once, in order" do
        fill(100)
        stands = Queue.new
        go_on = Queue.new
        run = copying do |where, message|
          next if stands.closed? || where != place || message.offset != 50

          stands << true
          stands.close
          go_on.pop
        end
        run.await("the middle") { stands.closed? }
        kill
        cluster.start if back
        go_on << true
        unless back
          run.await("what librdkafka says") { run.errors("librdkafka.error").any? }
          cluster.start
        end
        all_committed(run, 100)
        run.stop

        expect(visible(client:)).to eq(numbers.call(100))
        expect(client.committed(spec_group, topic)).to eq({ 0 => 100 })
      end
    end
  end

  it "again and again, wherever it stands: each message is copied once, in order" do
    fill(600)
    lock = Mutex.new
    reached = 0
    run = copying { |_, message| lock.synchronize { reached = message.offset } }
    [50, 250].each do |offset|
      run.await("some progress", within: 60) { lock.synchronize { reached > offset } }
      kill
      cluster.start
    end
    all_committed(run, 600)
    run.stop

    expect(visible(client:)).to eq(numbers.call(600))
  end

  it "in lanes, whose marks follow their transactions: none is missing, each key in order" do
    fill(300)
    lock = Mutex.new
    reached = 0
    run = copying(routing: lambda {
      virtual_partitions(partitioner: lambda(&:raw_key), max_partitions: 4)
    }) { |_, message| lock.synchronize { reached = [reached, message.offset].max } }
    run.await("some progress") { lock.synchronize { reached > 60 } }
    kill
    cluster.start
    all_committed(run, 300)
    run.stop

    copies = visible(client:).map(&:to_i).uniq
    expect(copies).to match_array(0..299)
    copies.group_by { |number| number % 4 }.each_value { |found| expect(found).to eq(found.sort) }
  end
end
