# frozen_string_literal: true

require "openssl"

module Compatibility
  # Encryption for the scenarios that have it: settings, a producer that seals, a reader that opens.
  module Encrypted
    KEY = OpenSSL::PKey::RSA.new(2_048)

    # For the next setup, and until the example ends.
    def encrypt
      settings = Karafka::App.config.encryption
      settings.active = true
      settings.mode = :envelope
      settings.version = "1"
      settings.public_key = KEY.public_to_pem
      settings.private_keys = { "1" => KEY.to_pem }
      cleanups << lambda {
        settings.active = false
        Karafka::Encryption.call(Karafka::App.config)
      }
    end

    # Sends in one batch, sealed.
    def produce_sealed(topic, messages)
      address = kafka
      sealing = Karafka::Encryption::Middleware.new(Karafka::App.config.encryption)
      producer = WaterDrop::Producer.new do |config|
        config.kafka = { "bootstrap.servers": address }
        config.middleware.last = sealing
      end
      producer.produce_many_sync(messages.map { |message| message.merge(topic:) })
      producer.close
    end

    # @return [Array<String>] plaintext of a topic's committed records, which are all sealed
    def opened(topic)
      sealed = peer.read(topic, count: 1, within: 10)
      expect(sealed.map(&:payload)).to all(start_with("KNE1"))
      end_offset = peer.watermarks(topic).last
      Karafka::Admin.read_topic(topic, 0, end_offset, 0, "isolation.level": "read_committed").map do |message|
        expect(Karafka::Encryption.decryption.call(message)).to be(true)
        message.raw_payload
      end
    end
  end
end
