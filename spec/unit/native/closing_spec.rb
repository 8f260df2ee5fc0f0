# frozen_string_literal: true

require_relative "native_helper"

RSpec.describe "Closing a native connection", :native do
  calls = {
    name: [], subscribe: [["x"]], unsubscribe: [], poll: [10, 20, nil], event: [5], rebalance: [],
    partition: ["t", 0, NativeSpecs::FEATURES], pause: ["t", 0, nil], hold: ["t", 0],
    resume: ["t", 0],
    lift_pauses: [], due_ticks: [], seek: ["t", 0, 0], store_marks: [], withdraw_marks: ["t", 0],
    commit: [true, 20], committed: [[["t", 0]], 20], watermarks: ["t", 0, 20],
    offsets_for_times: [[["t", 0, 0]], 20],
    set_token: ["t", 1, "p", nil], set_token_failure: ["no"],
    begin_close: [], poll_close: [5], group_metadata: []
  }
  answering = { wake: [], assignment: [], assignment_lost?: [], known_partition: ["t", 0], closed?: [],
                close: [10] }

  it "names every method" do
    methods = Karafka::Native::Connection.instance_methods(false) - %i[answer]
    expect(calls.keys + answering.keys).to match_array(methods)
  end

  it "leaves a clear error at every later call" do
    connection = connect
    connection.close(1_000)
    closed = Rdkafka::ClosedConsumerError
    calls.each do |name, arguments|
      expect { connection.public_send(name, *arguments) }.to raise_error(closed), name.to_s
    end
    answering.each do |name, arguments|
      expect { connection.public_send(name, *arguments) }.not_to raise_error, name.to_s
    end
    expect(connection.closed?).to be(true)
    expect(connection.assignment).to eq([])
    expect(connection.assignment_lost?).to be(true)
  end

  it "lets nobody ask the group for something as soon as it is being left" do
    connection = connect
    connection.subscribe([topic_with("a")])
    await_assignment(connection)
    connection.begin_close
    calls.slice(:subscribe, :unsubscribe, :group_metadata).each do |name, arguments|
      expect do
        connection.public_send(name, *arguments)
      end.to raise_error(Rdkafka::ClosedConsumerError), name.to_s
    end
    expect([true, false].map { |wait| connection.commit(wait, 100) }).to eq([false, false])
    await("the end") { connection.poll_close(10) || answer(connection) }
  end

  it "may happen while other threads use every method: each answers or says that it is closed" do
    topic = topic_with("a", "b", "c")
    connect.close(1_000)
    before = threads
    10.times do
      connection = connect
      connection.subscribe([topic])
      strange = Queue.new
      users = calls.merge(answering.except(:close)).map do |name, arguments|
        Thread.new do
          loop { connection.public_send(name, *arguments) }
        rescue Rdkafka::ClosedConsumerError, Rdkafka::RdkafkaError, Rdkafka::AbstractHandle::WaitTimeoutError
          nil
        rescue StandardError => e
          strange << "#{name}: #{e.class} #{e.message}"
        end
      end
      closers = Array.new(3) { Thread.new { connection.close(2_000) } }
      closers.each(&:join)
      # Those that never raise go on for ever.
      users.each(&:kill)
      users.each { |user| expect(user.join(10)).to be(user) }
      expect(strange).to be_empty, -> { strange.pop }
      expect(connection.closed?).to be(true)
    end
    await("the threads to end", within: 60) { threads <= before }
  end

  it "revokes its partitions: what a consumer keeps refuses marks" do
    connection = connect
    state = connection.partition("t", 0, NativeSpecs::FEATURES)
    state.begin_batch(0, 9, false)
    connection.close(1_000)
    expect(state.revoked?).to be(true)
    expect(state.mark(0, nil, nil)).to be(false)
  end

  it "leaves fetched messages readable" do
    topic = topic_with("kept")
    connection = connect
    connection.subscribe([topic])
    batch = read(connection, 1).first
    connection.close(1_000)
    expect(batch.raw_payload(0)).to eq("kept")
  end

  it "is not needed: what is dropped is collected without blocking, and its threads end" do
    connect.close(1_000)
    before = threads
    servers = silent_server
    made = Array.new(10) { Karafka::Native::Connection.new("bootstrap.servers": servers, "group.id": "g") }
    made.each { |connection| connection.subscribe(["x"]) }
    expect(threads).to be > before + 10
    made = nil # rubocop:disable Lint/UselessAssignment
    started = now
    GC.start
    expect(now - started).to be < 5
    await("the threads to end", within: 30) do
      GC.start
      threads <= before + 3
    end
  end

  it "may be given up halfway: who left no answer behind still leaves the group, and its threads end" do
    topic = topic_with("a")
    connect.close(1_000)
    before = threads
    given_up = Array.new(2) do
      connect.tap do |connection|
        connection.subscribe([topic])
        await_assignment(connection)
        connection.begin_close
      end
    end
    await("the revocation") { given_up.first.poll_close(10) || given_up.first.rebalance }
    given_up.each { |connection| connection.close(1) }
    await("the threads to end") { threads <= before }
  end

  it "is not needed for readers, admins and producers either" do
    servers = silent_server
    switch = Karafka::Native::Switch.new(false)
    settings = { "bootstrap.servers": servers, log_level: 0 }
    before = threads
    made = Array.new(5) do
      producing = Karafka::Native::Producer.new(settings, switch)
      producing.produce(topic: "t", payload: "p")
      [Karafka::Native::Reader.new(settings.merge("group.id": "g")), Karafka::Native::Admin.new(settings),
       producing]
    end
    expect(threads).to be > before + 15
    made.clear
    await("the threads to end", within: 30) do
      GC.start
      threads <= before + 6
    end
  end

  it "keeps threads and descriptors flat over 200 clients" do
    3.times { connect.close(1_000) }
    before = [threads, descriptors]
    200.times do
      connection = Karafka::Native::Connection.new(
        "bootstrap.servers": NativeSpecs.broker.bootstrap_servers, "group.id": "g"
      )
      connection.close(1_000)
    end
    await("threads and descriptors to return") { threads <= before[0] + 1 && descriptors <= before[1] + 1 }
  end

  it "keeps threads, descriptors and memory flat over 200 clients that could not be made" do
    bad = [{ "group.id": "g", "no.such.setting": "1" }, { "group.id": "g", "session.timeout.ms": "x" },
           { "bootstrap.servers": "127.0.0.1:1" },
           { "group.id": "g", "security.protocol": "ssl", "ssl.ca.location": "/nowhere" }]
    before = [threads, descriptors]
    200.times do |index|
      expect { Karafka::Native::Connection.new(bad[index % bad.size]) }.to raise_error(
        /no\.such\.setting|session\.timeout\.ms|group\.id|ssl\.ca\.location/
      )
    end
    await("threads and descriptors to return") { threads <= before[0] && descriptors <= before[1] }
  end
end
