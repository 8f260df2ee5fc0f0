# frozen_string_literal: true

require_relative "encryption_helper"

RSpec.describe Karafka::Encryption::Forwarding, :encryption, :fresh_app do
  # As dead letters and pipes send it.
  def forward(message, to: "dead", &enhance)
    forwarding = described_class.new(message)
    outgoing = forwarding.fields.merge(topic: to)
    outgoing = enhance.call(outgoing) if enhance
    Karafka.producer.produce_sync(**forwarding.finish(outgoing))
    sent.last
  end

  it "encrypts anew what was decrypted, with the key of today" do
    encrypting
    message = consumed(produce("secret", headers: { "a" => "b" }))
    message.payload
    encrypting(version: "2")
    forwarded = forward(message)
    expect(forwarded[:headers]).to eq("a" => "b", "encryption" => "2")
    expect(forwarded[:payload]).not_to include("secret")
    expect(consumed(forwarded, topic: "dead").payload).to eq("secret")
  end

  it "sends a direct payload that nobody decrypted as it is" do
    encrypting
    message = consumed(produce("secret"))
    expect(forward(message)).to include(payload: message.raw_payload, headers: message.raw_headers)
  end

  it "sends what cannot be decrypted byte by byte" do
    encrypting(mode: :envelope)
    sealed = produce("secret")
    unknown = consumed(sealed, headers: { "encryption" => "9" })
    [unknown, consumed(sealed, payload: "x" * 300)].each do |message|
      expect { message.payload }.to raise_error(errors::BaseError)
      expect(forward(message)).to include(payload: message.raw_payload, headers: message.raw_headers)
    end
  end

  it "seals an envelope anew for its new topic and leaves the message as it was" do
    encrypting(mode: :envelope)
    message = consumed(produce("secret"))
    before = message.raw_payload
    forwarded = forward(message)
    expect(consumed(forwarded, topic: "dead").payload).to eq("secret")
    expect([message.decrypted?, message.raw_payload]).to eq([false, before])
  end

  it "encrypts what a hook of the app put there, and keeps ciphertext that a hook only copied" do
    encrypting
    message = consumed(produce("secret"))
    replaced = forward(message) { |outgoing| outgoing.merge(payload: "told") }
    expect(consumed(replaced, topic: "dead").payload).to eq("told")
    copied = forward(message) { |outgoing| outgoing.merge(payload: String.new(outgoing[:payload])) }
    expect(copied[:payload]).to eq(message.raw_payload)
  end

  it "takes tombstones and plaintext as they are" do
    encrypting
    expect(forward(consumed({ payload: nil }))).to include(payload: nil)
    expect(consumed(forward(consumed({ payload: "clear" })), topic: "dead").payload).to eq("clear")
  end

  it "opens the dead letters of a topic whose routes send them there" do
    encrypting(mode: :envelope)
    sealed = produce("secret")
    topic = Struct.new(:name, :dead_letter_queue?, :dead_letter_queue)
    routed = topic.new("orders", true, Struct.new(:topic).new("dead"))
    allow(Karafka::App).to receive(:routes).and_return([Struct.new(:topics).new([routed])])
    expect(consumed(sealed, topic: "dead").payload).to eq("secret")
    expect { consumed(sealed, topic: "grave").payload }.to raise_error(errors::TopicMismatchError)
  end

  describe Karafka::Encryption::Verbatim do
    it "loses its mark with every change and every copy" do
      marked = described_class.new("bytes")
      expect(marked).to be_frozen
      copies = [marked.dup, +marked, "#{marked}x", marked * 2, marked.upcase, marked.clone(freeze: false)]
      expect(copies.grep(described_class)).to be_empty
    end
  end
end
