# frozen_string_literal: true

require_relative "encryption_helper"

RSpec.describe "Direct encryption", :encryption, :fresh_app do
  let(:key) { EncryptionSpecs::Keys.of("1") }

  def openssl(*arguments, given)
    Dir.mktmpdir do |folder|
      path = File.join(folder, "key.pem")
      File.write(path, arguments.include?("-pubin") ? key.public_to_pem : key.to_pem)
      out, status = Open3.capture2("openssl", "pkeyutl", *arguments, "-inkey", path,
                                   "-pkeyopt", "rsa_padding_mode:pkcs1", stdin_data: given, binmode: true)
      expect(status).to be_success
      out
    end
  end

  it "writes what Ruby's OpenSSL and the openssl command decrypt, as long as the modulus" do
    encrypting
    plain = "\xFF\x00".b + ("x" * 243)
    payload = produce(plain)[:payload]
    expect(payload.bytesize).to eq(256)
    expect(key.private_decrypt(payload)).to eq(plain)
    expect(openssl("-decrypt", payload)).to eq(plain)
  end

  it "reads what Ruby's OpenSSL and the openssl command encrypted" do
    encrypting
    [key.public_encrypt("from ruby"), openssl("-encrypt", "-pubin", "from the shell")].each do |payload|
      message = consumed({ payload:, headers: { "encryption" => "1" } })
      expect(message.payload).to start_with("from ")
    end
  end

  it "names the key version in a header and leaves key and headers clear" do
    encrypting(version: "2")
    message = produce("secret", key: "k", headers: { "a" => "b" })
    expect(message).to include(key: "k", headers: { "a" => "b", "encryption" => "2" })
  end

  it "refuses a byte more than fits and dispatches nothing, of a batch neither" do
    encrypting
    messages = [{ topic: "t", payload: "1" }, { topic: "t", payload: "x" * 246 }]
    expect { Karafka.producer.produce_many_sync(messages) }
      .to raise_error(errors::PayloadTooLargeError, /246 bytes .* 245/)
    expect(sent).to be_empty
  end

  it "encrypts an empty payload" do
    encrypting
    expect(consumed(produce("")).payload).to eq("")
  end

  it "leaves tombstones alone, with no header, and reads them back" do
    encrypting
    message = produce(nil, key: "k")
    expect(message.fetch(:headers, {})).to eq({})
    expect(consumed(message).payload).to be_nil
  end

  it "leaves what is no String to the validation" do
    encrypting
    expect { produce(1) }.to raise_error(WaterDrop::Errors::MessageInvalidError)
    expect { produce("x", headers: "none") }.to raise_error(WaterDrop::Errors::MessageInvalidError)
    expect { produce("x", topic: nil) }.to raise_error(WaterDrop::Errors::MessageInvalidError)
  end

  it "never touches the caller's message: the same Hash twice gives two records encrypted once" do
    encrypting
    given = { topic: "t", payload: "secret", headers: { "a" => "b" }.freeze }.freeze
    2.times { Karafka.producer.produce_sync(given) }
    expect(sent.map { |message| consumed(message).payload }).to eq(%w[secret secret])
    expect(sent.map { |message| message[:payload] }.uniq.size).to eq(2)
  end

  it "replaces headers of an earlier encryption" do
    encrypting
    old = { "encryption" => "9", "encryption_fingerprint" => "f", "encryption_envelope" => "1" }
    expect(produce("secret", headers: old)[:headers]).to eq("encryption" => "1")
  end

  it "comes after every step of the middleware, whenever that was added" do
    encrypting
    Karafka.producer.middleware.append(->(message) { message.merge(payload: message[:payload].upcase) })
    expect(consumed(produce("secret")).payload).to eq("SECRET")
  end

  it "encrypts what was buffered when it is flushed" do
    encrypting
    Karafka.producer.buffer(topic: "t", payload: "secret")
    Karafka.producer.flush_sync
    expect(consumed(sent.last).payload).to eq("secret")
    expect(sent.last[:payload]).not_to include("secret")
  end

  it "is the app's producer's alone, unless another one asks for the stage" do
    encrypting
    other = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": "127.0.0.1:1" }
      config.client_class = WaterDrop::Clients::Buffered
    end
    other.produce_sync(topic: "t", payload: "clear")
    other.middleware.last = Karafka::Pro::Encryption.middleware
    other.produce_sync(topic: "t", payload: "secret")
    expect(other.client.messages.map { |message| message[:headers] }).to eq([nil, { "encryption" => "1" }])
  ensure
    other&.close
  end

  it "reads plaintext, version 1 and version 2 side by side" do
    encrypting
    records = %w[1 2].map do |version|
      { payload: EncryptionSpecs::Keys.of(version).public_encrypt("of #{version}"),
        headers: { "encryption" => version } }
    end
    records << { payload: "clear" }
    expect(records.map { |record| consumed(record).payload }).to eq(["of 1", "of 2", "clear"])
  end

  it "keeps ciphertext in the raw payload until the payload is asked for, and plaintext after" do
    encrypting
    dispatched = produce("secret")
    message = consumed(dispatched)
    expect(message.raw_payload).to eq(dispatched[:payload])
    expect([message.payload, message.raw_payload]).to eq(%w[secret secret])
  end

  it "decrypts once, also where the deserializer raises first" do
    encrypting
    calls = 0
    deserializers = Struct.new(:payload).new(lambda { |message|
      (calls += 1) == 1 ? raise(ArgumentError, "not yet") : message.raw_payload
    })
    message = consumed(produce("secret"), deserializers:)
    expect { message.payload }.to raise_error(ArgumentError)
    expect(message.payload).to eq("secret")
  end

  it "works where the topic deserializes headers to nothing at all" do
    encrypting
    deserializers = Struct.new(:payload, :headers).new(:raw_payload.to_proc, ->(_) { {} })
    expect(consumed(produce("secret"), deserializers:).payload).to eq("secret")
  end

  it "names an unknown version and the record, never the payload" do
    encrypting
    message = consumed(produce("secret"), headers: { "encryption" => "3" })
    expect { message.payload }.to raise_error(errors::UnknownKeyVersionError, %r{"3".*\[orders/3 offset 42\]})
    expect(message.decrypted?).to be(false)
  end

  it "refuses a repeated header and changed bytes" do
    encrypting
    dispatched = produce("secret")
    twice = consumed(dispatched, headers: { "encryption" => %w[1 1] })
    expect { twice.payload }.to raise_error(errors::DecryptionError, /more than once/)
    changed = consumed(dispatched, payload: "\xFF".b * 256)
    expect { changed.payload }.to raise_error(errors::DecryptionError)
  end

  it "refuses what is neither direct nor an envelope" do
    encrypting
    ["short", "x" * 300].each do |payload|
      message = consumed({ payload:, headers: { "encryption" => "1" } })
      expect { message.payload }.to raise_error(errors::UnsupportedFormatError)
    end
    flagged = consumed(produce("secret"), headers: { "encryption_envelope" => "1" })
    expect { flagged.payload }.to raise_error(errors::MalformedEnvelopeError)
  end

  it "checks the plaintext's fingerprint where there is one" do
    encrypting(fingerprinter: Digest::SHA256)
    dispatched = produce("secret")
    expect(dispatched[:headers]["encryption_fingerprint"]).to eq(Digest::SHA256.hexdigest("secret"))
    expect(consumed(dispatched).payload).to eq("secret")
    expect(consumed(dispatched, headers: { "encryption_fingerprint" => nil }).payload).to eq("secret")
    wrong = consumed(dispatched, headers: { "encryption_fingerprint" => "f" * 64 })
    expect { wrong.payload }.to raise_error(errors::FingerprintMismatchError, %r{orders/3 offset 42})
    expect(wrong.raw_payload).to eq(dispatched[:payload])
  end

  it "refuses any changed byte of a record with a fingerprint, whatever RSA makes of it" do
    encrypting(fingerprinter: Digest::SHA256)
    dispatched = produce("secret")
    dispatched[:payload].bytesize.times do |index|
      changed = dispatched[:payload].dup
      changed.setbyte(index, changed.getbyte(index) ^ (1 << (index % 8)))
      message = consumed(dispatched, payload: changed)
      expect { message.payload }.to raise_error(errors::BaseError), index.to_s
      expect(message.raw_payload).to eq(changed)
    end
  end

  it "is off, for consumers as well, unless it is active" do
    encrypting
    dispatched = produce("secret")
    Karafka::App.setup { |config| config.encryption.active = false }
    expect(consumed(dispatched).payload).to eq(dispatched[:payload])
    expect(produce("clear")[:payload]).to eq("clear")
    expect(Karafka::Pro::Encryption.active?).to be(false)
  end

  it "wraps the parser that the app gave" do
    Karafka::App.config.internal.messages.parser = ->(message) { message.raw_payload.upcase }
    encrypting
    Karafka::App.setup
    expect(consumed(produce("secret")).payload).to eq("SECRET")
  end
end
