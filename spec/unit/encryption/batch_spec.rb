# frozen_string_literal: true

require_relative "encryption_helper"

RSpec.describe "Decrypting a whole batch", :encryption, :fresh_app do
  let(:deserializers) { Struct.new(:payload).new(:raw_payload.to_proc) }

  # A batch of `orders` as a connection brings it.
  def batch(*rows, parallel: nil)
    made = Karafka::Native::Batch.built("orders", 3, rows.each_with_index.map { |row, index| [index, *row] })
    made.deserializers = deserializers
    made.topic_name = "orders"
    made.parallel_decryption = parallel
    made
  end

  def row(dispatched) = [dispatched[:payload], nil, dispatched.fetch(:headers, {})]

  def messages(...) = batch(...).messages(Karafka::Messages::Message)

  def rows(count, plain = "secret")
    Array.new(count) { |index| row(produce("#{plain} #{index}")) }
  end

  [true, false, nil].each do |parallel|
    it "gives every payload, errors at their own message, with `parallel_decryption` #{parallel.inspect}" do
      encrypting
      good = rows(6)
      bad = ["\xFF".b * 256, nil, { "encryption" => "1" }]
      found = messages(*good[0, 3], bad, ["clear", nil, {}], [nil, "k", {}], *good[3, 3], parallel:)
      expect { found[3].payload }.to raise_error(errors::DecryptionError, %r{orders/3 offset 3})
      found.delete_at(3)
      expect(found.map(&:payload))
        .to eq(["secret 0", "secret 1", "secret 2", "clear", nil, "secret 3", "secret 4", "secret 5"])
      expect(found.map(&:decrypted?)).to eq([true, true, true, false, false, true, true, true])
    end
  end

  it "opens all with the first payload where the topic asks, and leaves raw payloads alone" do
    encrypting(mode: :envelope)
    made = batch(*rows(20), parallel: true)
    opened = Karafka::Encryption.decryption
    found = made.messages(Karafka::Messages::Message)
    sealed = found.map(&:raw_payload)
    expect(found[7].payload).to eq("secret 7")
    expect(made.opened).to be_a(Karafka::Native::Opened)
    expect(found.values_at(0, 19).map(&:raw_payload)).to eq(sealed.values_at(0, 19))
    expect(opened.inspect).not_to include("BEGIN")
    expect(found.map(&:payload)).to eq(Array.new(20) { |index| "secret #{index}" })
  end

  it "opens from several threads at once, each message to the same end" do
    encrypting
    found = messages(*rows(40))
    payloads = Array.new(4) { Thread.new { found.map(&:payload) } }.map(&:value)
    expect(payloads.uniq).to eq([Array.new(40) { |index| "secret #{index}" }])
  end

  it "ends when its thread is killed, and others go on" do
    encrypting
    found = messages(*(rows(50) * 20))
    reading = Queue.new
    thread = Thread.new do
      reading << true
      found.first.payload
    end
    reading.pop
    thread.kill
    expect(thread.join(10)).to be(thread)
    expect(found.last.payload).to eq("secret 49")
  end

  it "opens what is replaced by hand, alone" do
    encrypting
    found = messages(*rows(2))
    found.first.raw_payload = found.last.raw_payload
    expect(found.map(&:payload)).to eq(["secret 1", "secret 1"])
  end

  it "works on in a forked child" do
    encrypting(mode: :envelope)
    found = messages(*rows(4), parallel: true)
    expect(found.first.payload).to eq("secret 0")
    child = fork { exit!(found.map(&:payload).last == "secret 3" ? 7 : 1) }
    expect(Process.wait2(child).last.exitstatus).to eq(7)
  end

  it "survives stress and compaction of the collector" do
    encrypting(mode: :envelope)
    found = messages(*rows(5), parallel: true)
    GC.stress = true
    first = found.first.payload
    GC.stress = false
    GC.compact
    expect([first, *found[1..].map(&:payload)]).to eq(Array.new(5) { |index| "secret #{index}" })
  ensure
    GC.stress = false
  end

  it "keeps the payload an error when it failed: asking again says the same" do
    encrypting
    found = messages(["x" * 300, nil, { "encryption" => "1" }], *rows(2))
    2.times { expect { found.first.payload }.to raise_error(errors::UnsupportedFormatError) }
  end
end
