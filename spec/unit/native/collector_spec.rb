# frozen_string_literal: true

require_relative "native_helper"

RSpec.describe "Native objects and Ruby's collector", :native do
  # Reads and touches everything that a batch can give.
  def exercise(connection, count)
    read(connection, count).flat_map do |batch|
      batch.deserializers = nil
      batch.topic_name = batch.topic
      messages = batch.messages(Karafka::Messages::Message)
      messages.map { |message| [message.offset, message.raw_payload, message.raw_key, message.raw_headers] }
    end
  end

  def sent(count, topic = topic_with)
    producer.produce_many_sync(
      Array.new(count) do |index|
        { topic:, payload: "p#{index}", key: "k#{index}", partition: 0,
          headers: { "one" => "1", "many" => %w[a b] } }
      end
    )
    topic
  end

  def expected(count)
    Array.new(count) do |index|
      [index, "p#{index}", "k#{index}", { "one" => "1", "many" => %w[a b] }]
    end
  end

  it "survive a collection at every allocation" do
    topic = topic_with
    connection = connect
    connection.subscribe([topic])
    await_assignment(connection)
    sent(5, topic)
    GC.stress = true
    result = exercise(connection, 5)
    error = begin
      connection.subscribe(["a\0b"])
    rescue StandardError => e
      e
    end
    GC.stress = false
    expect(result).to eq(expected(5))
    expect(error).to be_a(ArgumentError)
  ensure
    GC.stress = false
  end

  it "survive compaction between any two steps" do
    topic = sent(50)
    connection = connect
    connection.subscribe([topic])
    batches = read(connection, 50)
    messages = batches.flat_map { |batch| batch.messages(Karafka::Messages::Message) }
    state = connection.partition(topic, 0, NativeSpecs::FEATURES)
    state.begin_batch(0, 49, false)
    5.times do
      GC.verify_compaction_references(double_heap: true, toward: :empty)
      expect(messages.map(&:raw_payload)).to eq(expected(50).map { |row| row[1] })
      expect(messages.map(&:raw_headers)).to all(eq("one" => "1", "many" => %w[a b]))
    end
    expect(state.mark(10, nil, nil)).to be(true)
  end

  it "survive automatic compaction while messages are produced and read" do
    GC.auto_compact = true
    topic = sent(200)
    connection = connect
    connection.subscribe([topic])
    rows = []
    rows.concat(exercise(connection, 1)) while rows.size < 200 && (rows.size.zero? || GC.start.nil?)
    expect(rows).to eq(expected(200))
  ensure
    GC.auto_compact = false
  end

  it "keep what their messages need, and only as long as they need it" do
    topic = topic_with("x" * 1_000)
    connection = connect
    connection.subscribe([topic])
    message = read(connection, 1).first.messages(Karafka::Messages::Message).first
    connection.close(1_000)
    GC.start
    expect(message.raw_payload.bytesize).to eq(1_000)
    read_and_dropped = Array.new(20) do
      again = connect
      again.subscribe([topic])
      read(again, 1).first.object_id
    end
    await("dropped batches to go") do
      GC.start
      alive = ObjectSpace.each_object(Karafka::Native::Batch).map(&:object_id)
      # The conservative scan of the stack may keep a few.
      (alive & read_and_dropped).size < 5
    end
    expect(message.raw_payload.bytesize).to eq(1_000)
  end

  it "report the memory of batches, so that big payloads make the collector run" do
    topic = topic_with(Array.new(40) { "x" * 100_000 })
    connection = connect("fetch.message.max.bytes": 10_000_000)
    connection.subscribe([topic])
    batch = read(connection, 40)
    bytes = batch.sum { |one| ObjectSpace.memsize_of(one) } if require("objspace")
    expect(bytes).to be_nil.or be_positive
    GC.start
    before = GC.count
    reads = 0
    20.times do
      again = connect
      again.subscribe([topic])
      read(again, 40)
      again.close(500)
      reads += 1
      break if GC.count > before
    end
    # 4 MB a read: plain Ruby allocations of these few objects would never start a collection.
    expect(GC.count).to be > before, "no collection after #{reads} reads of 4 MB"
  end

  it "hold labels of messages on their way through compaction, and let go of them afterwards" do
    switch = Karafka::Native::Switch.new(false)
    client = Karafka::Native::Producer.new(
      { "bootstrap.servers": NativeSpecs.broker.bootstrap_servers, "linger.ms": 0 }, switch
    )
    undo { client.destroy }
    topic = topic_with
    labels = Array.new(50) { |index| "label #{index}" }
    handles = labels.map { |label| client.produce(topic:, payload: "p", label: label.dup) }
    GC.verify_compaction_references(double_heap: true, toward: :empty)
    expect(handles.map { |handle| client.take_label(handle.delivery_id) }).to eq(labels)
    expect(handles.map { |handle| client.take_label(handle.delivery_id) }).to all(be_nil)
    client.flush(5_000)
    client.drain
  end
end
