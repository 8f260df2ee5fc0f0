# frozen_string_literal: true

require "openssl"
require_relative "native_helper"

RSpec.describe "Copies of native objects", :native do
  def natives = consuming + producing + clients + plain + encrypting

  def encrypting
    key = OpenSSL::PKey::RSA.new(2048)
    opener = Karafka::Native::Opener.new({ "1" => key.to_pem }, 1, 1_000)
    batch = consuming[1]
    [Karafka::Native::Sealer.new(key.public_to_pem, "1", 1, 1_000), opener, opener.batch(batch, ["t"])]
  end

  def consuming
    topic = topic_with("a")
    connection = connect
    connection.subscribe([topic])
    [connection, read(connection, 1).first, connection.partition(topic, 0, NativeSpecs::FEATURES)]
  end

  def producing
    switch = Karafka::Native::Switch.new(false)
    gate = Karafka::Native::Gate.new
    producer = Karafka::Native::Producer.new({ "bootstrap.servers": "127.0.0.1:1", log_level: 0 }, switch)
    undo { producer.destroy }
    [switch, gate, producer, producer.produce(topic: "t", payload: "p"),
     Karafka::Native::Shortcut.new(gate, switch, Object.new, 1_000)]
  end

  def clients
    settings = { "bootstrap.servers": "127.0.0.1:1", log_level: 0 }
    [Karafka::Native::Admin.new(settings),
     Karafka::Native::Reader.new(settings.merge("group.id": "g"))].each do |client|
      undo { client.close(1_000) }
    end
  end

  def plain
    [Karafka::Native::Poller.new, Karafka::Native::Jobs.new,
     Karafka::Native::Extractor.message_key,
     NativeSpecs.broker.instance_variable_get(:@native)]
  end

  it "covers every native class but those that only calls of others make" do
    known = Karafka::Native.constants.map { |name| Karafka::Native.const_get(name) }.grep(Class)
    known -= [Karafka::Native::Error, Karafka::Native::ForkedHandleError, Karafka::Native::Rebalance,
              Karafka::Native::Deliveries, Karafka::Native::GroupMetadata, Karafka::Native::Pass]
    expect(natives.map(&:class)).to include(*known)
  end

  it "cannot be allocated without their native part" do
    Karafka::Native.constants.map { |name| Karafka::Native.const_get(name) }.grep(Class).each do |native|
      next if native <= Exception

      expect { native.allocate }.to raise_error(TypeError, /allocator undefined/), native.name
      expect { native.new }.to raise_error(StandardError), native.name unless %w[Poller Gate Jobs].include?(
        native.name.split("::").last
      )
    end
  end

  it "are refused in every form" do
    natives.each do |object|
      %i[dup clone].each do |copy|
        expect { object.public_send(copy) }.to raise_error(TypeError), "#{object.class}##{copy}"
      end
      expect { Marshal.dump(object) }.to raise_error(TypeError), "Marshal of #{object.class}"
    end
  end

  it "cannot be made by subclasses or by initialize_copy either" do
    connection, batch = natives
    expect { Class.new(Karafka::Native::Batch).allocate }.to raise_error(TypeError)
    expect { connection.send(:initialize_copy, connect) }.not_to raise_error
    expect { batch.send(:initialize_copy, 1) }.to raise_error(StandardError)
    expect(batch.size).to eq(1)
  end

  it "leave messages and their metadata to be copied as ordinary objects that count on the batch" do
    topic = topic_with("first", "second")
    connection = connect
    connection.subscribe([topic])
    message = read(connection, 2).first.messages(Karafka::Messages::Message).first
    copies = [message.dup, message.clone]
    connection.close(1_000)
    GC.start
    expect(copies.map(&:raw_payload)).to eq(%w[first first])
    expect(copies.map(&:offset)).to eq([0, 0])
  end
end
