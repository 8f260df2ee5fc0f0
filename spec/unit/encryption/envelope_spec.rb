# frozen_string_literal: true

require "json"
require_relative "encryption_helper"

RSpec.describe "Envelope encryption", :encryption, :fresh_app do
  def wrapped(message) = message[:payload].byteslice(10 + 6, 256)

  it "takes payloads of any length and names itself in the headers" do
    encrypting(mode: :envelope)
    ["", "x", "y" * 300_000].each do |plain|
      dispatched = produce(plain)
      expect(dispatched[:payload].bytesize).to eq(38 + 6 + 256 + plain.bytesize)
      expect(dispatched[:headers]).to eq("encryption" => "1", "encryption_envelope" => "1")
      expect(consumed(dispatched).payload).to eq(plain)
    end
  end

  it "replaces the data key after so many messages, and on demand" do
    encrypting(mode: :envelope, envelope: { max_messages: 3 })
    7.times { produce("x") }
    expect(sent.map { |message| wrapped(message) }.uniq.size).to eq(3)
    Karafka::Pro::Encryption.rotate_data_key!
    produce("x")
    expect(sent.map { |message| wrapped(message) }.uniq.size).to eq(4)
  end

  it "never shares a data key with a forked child" do
    encrypting(mode: :envelope)
    before = wrapped(produce("x"))
    reading, writing = IO.pipe
    child = fork do
      sealed = Karafka::Pro::Encryption.middleware.call({ topic: "orders", payload: "x" })
      opened = consumed(sealed).payload
      writing.write(wrapped(sealed) + opened)
      exit!(0)
    end
    writing.close
    told = reading.binmode.read
    Process.wait(child)
    expect(told[-1]).to eq("x")
    expect(told[0...-1].bytesize).to eq(256)
    expect(told[0...-1]).not_to eq(before)
  end

  it "refuses a record that was moved to another topic, unless that origin is accepted" do
    encrypting(mode: :envelope, envelope: { accepted_origins: { "copies" => ["orders"] } })
    dispatched = produce("secret")
    moved = consumed(dispatched, topic: "other")
    expect { moved.payload }.to raise_error(errors::TopicMismatchError, /"orders".*other/) do |error|
      expect(error.bound_topic).to eq("orders")
    end
    expect(consumed(dispatched, topic: "copies").payload).to eq("secret")
  end

  it "refuses any changed byte and another key version" do
    encrypting(mode: :envelope)
    dispatched = produce("secret")
    size = dispatched[:payload].bytesize
    size.times do |index|
      changed = dispatched[:payload].dup
      changed.setbyte(index, changed.getbyte(index) ^ 1)
      expect { consumed(dispatched, payload: changed).payload }.to raise_error(errors::BaseError), index.to_s
    end
    expect { consumed(dispatched, headers: { "encryption" => "2" }).payload }
      .to raise_error(errors::EnvelopeAuthenticationError)
    expect { consumed(dispatched, payload: dispatched[:payload].byteslice(0, 290)).payload }
      .to raise_error(errors::MalformedEnvelopeError)
    expect(consumed(dispatched).payload).to eq("secret")
  end

  it "reads direct records as well, and direct mode reads envelopes" do
    encrypting(mode: :envelope)
    sealed = produce("sealed")
    direct = { payload: EncryptionSpecs::Keys.of("1").public_encrypt("direct"),
               headers: { "encryption" => "1" } }
    %i[envelope direct].each do |mode|
      encrypting(mode:)
      expect([sealed, direct].map { |record| consumed(record).payload }).to eq(%w[sealed direct])
    end
  end

  it "asks the foreign decoder about formats that are not its own" do
    decoder = lambda do |bytes, version, key|
      "#{bytes[0]}#{version}#{key.n.num_bits}" unless bytes.start_with?("no")
    end
    encrypting(mode: :envelope, envelope: { foreign_decoder: decoder })
    foreign = ->(payload) { consumed({ payload:, headers: { "encryption" => "1" } }) }
    expect(foreign.call("z" * 300).payload).to eq("z12048")
    expect { foreign.call("no#{"z" * 300}").payload }.to raise_error(errors::UnsupportedFormatError)
  end

  it "tells apps with foreign envelopes at boot, once they name no decoder" do
    encrypting(mode: :envelope)
    expect(app_log).to include("docs/envelope.md")
  end

  it "opens the published vectors, and so does the reader in Python" do
    path = File.expand_path("../../../docs/envelope_vectors.json", __dir__)
    vectors = JSON.parse(File.read(path))
    opener = Karafka::Native::Opener.new({ vectors["version"] => vectors["private_key"] }, 8, 60_000)
    vectors["records"].each do |record|
      plain = opener.open([record["payload"]].pack("H*"), vectors["version"], true, [record["topic"], 0, 0],
                          [record["topic"]])
      expect(plain.unpack1("H*")).to eq(record["plaintext"])
    end
    reader = File.expand_path("../../../examples/envelope_reader.py", __dir__)
    out, status = Open3.capture2e("python3", reader, path)
    expect([out, status.success?]).to eq(["#{vectors["records"].size} records open\n", true])
  end

  it "is opened by the reader in Python as it was just produced" do
    encrypting(mode: :envelope)
    records = ["", "a payload", "\xFF\x00".b * 500].map do |plain|
      { topic: "orders", plaintext: plain.unpack1("H*"), payload: produce(plain)[:payload].unpack1("H*") }
    end
    Dir.mktmpdir do |folder|
      path = File.join(folder, "records.json")
      File.write(path, JSON.generate(version: "1", private_key: EncryptionSpecs::Keys.private("1"), records:))
      reader = File.expand_path("../../../examples/envelope_reader.py", __dir__)
      out, status = Open3.capture2e("python3", reader, path)
      expect([out, status.success?]).to eq(["3 records open\n", true])
    end
  end
end
