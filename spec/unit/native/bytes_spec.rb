# frozen_string_literal: true

require_relative "native_helper"

RSpec.describe "Bytes and numbers at the native border", :native do
  nul = "a\0b"
  not_utf8 = "\xFF\xFEname".b

  it "carries any bytes through payload, key and headers, in binary strings" do
    all = (0..255).map(&:chr).join.b
    topic = topic_with
    producer.produce_sync(topic:, payload: all, key: all.reverse, headers: { "h" => all, "e" => "" })
    producer.produce_sync(topic:, payload: nil, key: nil)
    producer.produce_sync(topic:, payload: "", key: "k")
    connection = connect
    connection.subscribe([topic])
    messages = read(connection, 3).flat_map { |batch| batch.messages(Karafka::Messages::Message) }

    expect(messages.map(&:raw_payload)).to eq([all, nil, ""])
    expect(messages.map(&:raw_key)).to eq([all.reverse, nil, "k"])
    expect(messages.first.raw_headers).to eq("h" => all, "e" => "")
    expect(messages.first.raw_payload.encoding).to eq(Encoding::BINARY)
    expect(messages.first.raw_headers.values.map(&:encoding)).to all(eq(Encoding::BINARY))
  end

  it "refuses NUL and what is no text in names, at every method, as an error that a rescue finds" do
    connection = connect
    [nul, not_utf8].each do |name|
      {
        subscribe: [[name]], partition: [name, 0, NativeSpecs::FEATURES], known_partition: [name, 0],
        pause: [name, 0, nil], hold: [name, 0], resume: [name, 0], seek: [name, 0, 0],
        committed: [[[name, 0]], 10],
        watermarks: [name, 0, 10], offsets_for_times: [[[name, 0, 0]], 10], set_token: [name, 1, name, nil],
        set_token_failure: [name]
      }.each do |method, arguments|
        connection.public_send(method, *arguments)
      rescue StandardError => e
        kinds = [ArgumentError, EncodingError, Rdkafka::RdkafkaError]
        expect(kinds).to include(satisfy { |kind| e.is_a?(kind) }), "#{method} #{e.class}"
      end
    end
    expect { connection.subscribe([nul]) }.to raise_error(ArgumentError, /NUL/)
    expect { connection.watermarks(nul, 0, 10) }.to raise_error(ArgumentError, /NUL/)
  end

  it "refuses NUL in settings, naming them" do
    [{ "client.id": nul }, { nul => "x" }].each do |settings|
      settings = settings.transform_keys(&:to_sym)
      expect { connect(**settings) }.to raise_error(StandardError, /client\.id|NUL|\\0|\\u0000/)
    end
  end

  it "refuses topics with NUL when producing" do
    invalid = WaterDrop::Errors::MessageInvalidError
    expect { producer.produce_sync(topic: nul, payload: "p") }.to raise_error(invalid)
    switch = Karafka::Native::Switch.new(false)
    client = Karafka::Native::Producer.new({ "bootstrap.servers": "127.0.0.1:1", log_level: 0 }, switch)
    undo { client.destroy }
    expect { client.produce(topic: nul, payload: "p") }.to raise_error(StandardError)
    expect { client.produce(topic: not_utf8, payload: "p") }.to raise_error(StandardError)
  end

  it "keeps offsets at the bounds of 64 bits, without wrapping" do
    [(2**63) - 2, (2**63) - 1, 0, -1, -2, -1001, -(2**63)].each do |offset|
      state = Karafka::Native::Partition.detached("t", 0, NativeSpecs::FEATURES)
      state.begin_batch([offset, 0].max, [offset, 0].max, false)
      state.enter_run
      expect(state.mark(offset, nil, nil)).to be(true).or(be(false))
      next_offset = state.next_offset
      expect(next_offset).to be_nil.or(be_between(0, (2**63) - 1)), "#{offset} gave #{next_offset}"
      expect { state.end_lane(:succeeded) }.not_to raise_error
    end
  end

  it "refuses numbers that no 64 or 32 bits hold" do
    connection = connect
    state = connection.partition("t", 0, NativeSpecs::FEATURES)
    [2**63, -(2**63) - 1, 2**64].each do |number|
      expect { state.mark(number, nil, nil) }.to raise_error(RangeError)
      expect { connection.seek("t", 0, number) }.to raise_error(RangeError)
    end
    expect { connection.pause("t", 2**31, nil) }.to raise_error(RangeError)
    expect { connection.poll(-1, 10, nil) }.to raise_error(RangeError)
    expect { connection.poll(1, -1, nil) }.to raise_error(RangeError)
    expect { connection.poll("1", 10, nil) }.to raise_error(TypeError)
  end

  it "asks for no more memory than there is, whatever number of messages is wanted" do
    topic = topic_with("a", "b")
    connection = connect
    connection.subscribe([topic])
    payloads = []
    await("both messages") do
      connection.poll(2**62, 100, nil).first.each { |batch| payloads.concat(batch.raw_payloads) }
      answer(connection)
      payloads.size == 2
    end
    expect(payloads).to eq(%w[a b])
  end

  it "waits as long as the largest number says, until it is woken" do
    connection = connect
    thread = sleeper { connection.poll(1, (2**64) - 1, nil) }
    connection.wake
    expect(thread.join(5)).to be(thread)
    state = Karafka::Native::Partition.detached("t", 0, NativeSpecs::FEATURES)
    expect(state.pause((2**64) - 1, true)).to be > 0
    expect(state.paused?).to be(true)
  end

  it "answers nil, not a crash, for places outside of a batch" do
    topic = topic_with("a")
    connection = connect
    connection.subscribe([topic])
    batch = read(connection, 1).first
    [1, 99, (2**64) - 1].each do |index|
      expect([batch.offset(index), batch.timestamp(index), batch.raw_payload(index), batch.raw_key(index),
              batch.leader_epoch(index)]).to all(be_nil)
      expect(batch.raw_headers(index)).to eq({})
    end
    expect { batch.offset(-1) }.to raise_error(RangeError)
  end

  it "has no message without a batch that could crash" do
    message = Karafka::Messages::Message.allocate
    state = Karafka::Native::Partition.detached("t", 0, NativeSpecs::FEATURES)
    %i[raw_payload offset raw_key raw_headers timestamp leader_epoch].each do |reader|
      message.public_send(reader)
    rescue StandardError => e
      expect(e).to be_a(NoMethodError).or(be_a(TypeError)), "#{reader} #{e.class}"
    end
    attached = connect.partition("t", 0, NativeSpecs::FEATURES)
    [message, Object.new, nil, 1].each do |odd|
      expect(state.mark_message(odd, nil)).to be_nil
      expect { attached.mark_message(odd, nil) }.to raise_error(StandardError)
    end
  end
end
