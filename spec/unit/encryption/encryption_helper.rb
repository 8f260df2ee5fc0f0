# frozen_string_literal: true

require "digest"
require "open3"
require "openssl"
require "tmpdir"
require_relative "../spec_helper"

# An app that encrypts, and records as a broker would give them back.
module EncryptionSpecs
  # Key pairs by version, made once a process.
  module Keys
    @made = {}

    class << self
      def of(version, bits = 2048)
        @made[[version, bits]] ||= OpenSSL::PKey::RSA.new(bits)
      end

      def public(...) = of(...).public_to_pem
      def private(...) = of(...).to_pem
    end
  end

  # Sets the app up with encryption and a producer that delivers nowhere.
  def encrypting(mode: :direct, version: "1", private_keys: %w[1 2], envelope: {}, **settings)
    Karafka::App.setup do |config|
      config.kafka = { "bootstrap.servers": "127.0.0.1:1" }
      config.producer = WaterDrop::Producer.new do |producer|
        producer.kafka = { "bootstrap.servers": "127.0.0.1:1" }
        producer.deliver = false
        producer.client_class = WaterDrop::Clients::Buffered
      end
      settings = { active: true, mode:, version:, public_key: Keys.public(version), **settings,
                   private_keys: private_keys.to_h { |one| [one, Keys.private(one)] } }
      settings.each { |name, value| config.encryption.public_send(:"#{name}=", value) }
      envelope.each { |name, value| config.encryption.envelope.public_send(:"#{name}=", value) }
    end
  end

  # What the app's producer hands over.
  def produce(payload, topic: "orders", **rest)
    Karafka.producer.produce_sync(topic:, payload:, **rest)
    sent.last
  end

  def sent = Karafka.producer.client.messages

  # The message as a consumer of `topic` gets it.
  def consumed(dispatched, topic: "orders", headers: {}, payload: dispatched[:payload], deserializers: nil)
    deserializers ||= Struct.new(:payload, :key, :headers).new(:raw_payload.to_proc, :raw_key.to_proc,
                                                               :raw_headers.to_proc)
    metadata = Karafka::Messages::Metadata.new(
      topic:, partition: 3, offset: 42, deserializers:, raw_key: "k", timestamp: Time.at(1),
      raw_headers: dispatched.fetch(:headers, {}).merge(headers).compact.freeze
    )
    Karafka::Messages::Message.new(payload&.b, metadata).tap { |message| metadata.message = message }
  end

  def errors = Karafka::Pro::Encryption::Errors
end

RSpec.configure do |config|
  config.include(EncryptionSpecs, :encryption)
  config.after(:each, :encryption) do
    Karafka.producer&.close
    Karafka::App.config.encryption.active = false
    Karafka::Encryption.call(Karafka::App.config) if Karafka.producer
  end
end
