# frozen_string_literal: true

require_relative "encryption_helper"

RSpec.describe Karafka::Encryption::Contract, :encryption, :fresh_app do
  def refused(**settings)
    encrypting(**settings)
    nil
  rescue Karafka::Errors::InvalidConfigurationError => e
    e.message
  end

  it "names each setting that is wrong" do
    {
      { mode: :both } => "config.encryption.mode", { version: "", public_key: "" } => "version",
      { public_key: "none" } => "config.encryption.public_key", { public_key: 1 } => "public_key",
      { fingerprinter: Object.new } => "fingerprinter", { active: nil } => "config.encryption.active",
      { envelope: { max_messages: 0 } } => "config.encryption.envelope.max_messages",
      { envelope: { max_messages: (2**32) + 1 } } => "max_messages",
      { envelope: { max_age: 999 } } => "max_age",
      { envelope: { cache_size: 0 } } => "cache_size", { envelope: { cache_ttl: 1 } } => "cache_ttl",
      { envelope: { accepted_origins: { "a" => "b" } } } => "accepted_origins",
      { envelope: { foreign_decoder: 1 } } => "foreign_decoder"
    }.each { |settings, path| expect(refused(**settings)).to include(path), settings.to_s }
  end

  it "takes only the public half of a key for encrypting" do
    expect(refused(public_key: EncryptionSpecs::Keys.private("1"))).to include("private key")
  end

  it "takes short keys for direct mode only" do
    short = EncryptionSpecs::Keys.public("1", 1024)
    expect(refused(public_key: short)).to be_nil
    expect(refused(public_key: short, mode: :envelope)).to include("1024 bits")
  end

  it "names the version whose private key is none, and never shows a key" do
    pem = EncryptionSpecs::Keys.private("1")
    locked = OpenSSL::PKey::RSA.new(pem).export(OpenSSL::Cipher.new("aes-128-cbc"), "secret")
    { "7" => EncryptionSpecs::Keys.public("1"), "8" => locked, "9" => nil }.each do |version, given|
      setup = lambda do
        Karafka::App.setup do |config|
          config.kafka = { "bootstrap.servers": "127.0.0.1:1" }
          config.encryption.active = true
          config.encryption.version = "1"
          config.encryption.public_key = EncryptionSpecs::Keys.public("1")
          config.encryption.private_keys = { version => given }
        end
      end
      expect(&setup).to raise_error(Karafka::Errors::InvalidConfigurationError) { |error|
        expect(error.message).to include("config.encryption.private_keys.#{version}")
        expect(error.message).not_to include("BEGIN", pem.lines[1].strip)
      }
    end
  end

  it "checks nothing but `active` while that is false" do
    expect(refused(active: false, mode: :both, envelope: { max_age: nil })).to be_nil
  end

  it "lets an app that only produces go without private keys" do
    expect(refused(private_keys: [])).to be_nil
  end

  it "refuses envelopes beside an old openssl gem" do
    stub_const("OpenSSL::VERSION", "2.2.0")
    expect { encrypting(mode: :envelope) }
      .to raise_error(Karafka::Errors::DependencyConstraintsError, /openssl 3\.0/)
  end

  it "refuses a producer that could not encrypt" do
    expect do
      Karafka::App.setup do |config|
        config.kafka = { "bootstrap.servers": "127.0.0.1:1" }
        config.producer = Struct.new(:config, :close).new
        config.encryption.active = true
        config.encryption.version = "1"
        config.encryption.public_key = EncryptionSpecs::Keys.public("1")
      end
    end.to raise_error(Karafka::Errors::UnsupportedOptionError, /middleware/)
    Karafka::App.config.producer = nil
  end
end
