# frozen_string_literal: true

require_relative "encryption_helper"

RSpec.describe "Encryption beside native JSON", :encryption, :fresh_app do
  let(:deserializers) { Struct.new(:payload).new(Karafka::Native::Deserializers::JSON) }

  def messages(*rows)
    made = Karafka::Native::Batch.built("orders", 3, rows.each_with_index.map { |row, index| [index, *row] })
    made.deserializers = deserializers
    made.topic_name = "orders"
    made.messages(Karafka::Messages::Message)
  end

  def sealed(plain) = produce(plain).then { |one| [one[:payload], nil, one.fetch(:headers, {})] }

  %i[direct envelope].each do |mode|
    it "reads plaintext, whole and by pointer, and what was never encrypted (#{mode})" do
      encrypting(mode:)
      found = messages(sealed(%({"id":1,"lines":[{"sku":"a"}]})), [%({"id":2}), nil, {}], [nil, "k", {}],
                       sealed(%({"id":3})))
      expect(found.map { |message| message.payload_at("/id") }).to eq([1, 2, nil, 3])
      expect(found.map(&:deserialized?)).to all(be(false))
      expect(found.map(&:payload)).to eq([{ "id" => 1, "lines" => [{ "sku" => "a" }] }, { "id" => 2 }, nil,
                                          { "id" => 3 }])
      expect(found.first.payload_at("/lines/0/sku")).to eq("a")
    end
  end

  it "raises what decryption raises, and what JSON raises for plaintext that is none" do
    encrypting
    broken, none = messages(["\xFF".b * 256, nil, { "encryption" => "1" }], sealed("{"))
    expect { broken.payload_at("/id") }.to raise_error(errors::DecryptionError)
    2.times { expect { none.payload_at("/id") }.to raise_error(JSON::ParserError) }
    expect { none.payload }.to raise_error(JSON::ParserError)
  end

  it "finds values in what an inner parser without pointers gives" do
    Karafka::App.config.internal.messages.parser = ->(message) { { "plain" => message.raw_payload } }
    encrypting
    expect(messages(sealed("secret")).first.payload_at("/plain")).to eq("secret")
  end
end
