# frozen_string_literal: true

require_relative "encryption_helper"

# What an app prints, logs, publishes or raises shows neither a key nor a plaintext.
RSpec.describe "Secrets of encryption", :encryption, :fresh_app do
  let(:plain) { "PLAINTEXT-#{rand(1 << 64)}" }
  let(:secrets) do
    pems = %w[1 2].map { |version| EncryptionSpecs::Keys.private(version) }
    [plain, "PRIVATE KEY", *pems.map { |pem| pem.lines[1].strip }]
  end

  def seen_by(monitor)
    seen = []
    (monitor.listeners.keys - ["message.buffered"]).each do |event|
      monitor.subscribe(event) { |happened| seen << happened.payload.inspect }
    end
    seen
  end

  # Texts of everything that fails on the way.
  def failures(dispatched)
    attempts = [
      consumed(dispatched, headers: { "encryption" => "9" }), consumed(dispatched, topic: "other"),
      consumed(dispatched, headers: { "encryption_fingerprint" => "0" }),
      consumed(dispatched, payload: "x" * 300), consumed(dispatched, payload: "x" * 256),
      consumed(dispatched, payload: dispatched[:payload].reverse),
      consumed(dispatched, headers: { "encryption" => %w[1 1] })
    ]
    attempts.filter_map do |message|
      message.payload
      nil
    rescue errors::BaseError => e
      metadata = message.metadata.to_h.except(:message)
      [e.full_message, e.inspect, e.cause.inspect, message.inspect, metadata.inspect]
    end
  end

  %i[direct envelope].each do |mode|
    it "stay in, in #{mode} mode" do
      encrypting(mode:, fingerprinter: Digest::SHA256)
      seen = [*seen_by(Karafka.producer.monitor), *seen_by(Karafka.monitor)]
      dispatched = produce(plain)
      failed = failures(dispatched)
      expect(failed.size).to be >= 5
      texts = [
        *seen, *failed.flatten, dispatched.inspect, app_log, Karafka::App.config.inspect,
        Karafka::App.config.encryption.inspect, Karafka.producer.inspect, Karafka.producer.middleware.inspect,
        Karafka::Encryption.middleware.inspect, Karafka::Encryption.decryption.inspect,
        Karafka::Messages::Message.parser.inspect
      ]
      secrets.each { |secret| texts.each { |text| expect(text).not_to include(secret) } }
    end
  end

  it "stay in when too much is produced" do
    encrypting
    long = plain * 30
    expect { produce(long) }.to raise_error(errors::PayloadTooLargeError) { |error|
      expect(error.full_message).not_to include(plain)
    }
  end
end
