# frozen_string_literal: true

require "digest"
require "openssl"
require_relative "active_job/jobs_helper"

RSpec.describe "Encryption on a real Kafka", :fresh_app, :jobs do
  # By version, made once for all examples.
  keys = Hash.new { |made, version| made[version] = OpenSSL::PKey::RSA.new(2048) }

  let(:topic) { create_topic("secret") }

  # The settings that the next server starts with.
  define_method(:encrypt) do |mode: :envelope, version: "1", known: %w[1 2], **more|
    settings = Karafka::App.config.encryption
    given = { active: true, mode:, version:, public_key: keys[version].public_to_pem,
              private_keys: known.to_h { |one| [one, keys[one].to_pem] }, **more }
    given.each { |name, value| settings.public_send(:"#{name}=", value) }
  end

  # A server that collects payloads; errors come in their place.
  def reading(**given, &routing)
    @read = read = Queue.new
    raw = proc { deserializers(payload: :raw_payload.to_proc) }
    consume(topic, config: { pause: { timeout: 50, max_timeout: 50 } }, routing: routing || raw, **given) do
      define_method(:consume) do
        messages.each do |message|
          read << message.payload
          mark_as_consumed(message)
        end
      end
    end
  end

  def read = Array.new(@read.size) { @read.pop }

  def await_read(run, count)
    run.await("#{count} payloads") { @read.size >= count }
    read
  end

  def stored(name = topic, count: 1) = peer.read(name, count:)

  after do
    Karafka::App.config.encryption.active = false
    Karafka::Encryption.call(Karafka::App.config)
  end

  %i[direct envelope].each do |mode|
    it "stores ciphertext and gives consumers plaintext, in #{mode} mode" do
      encrypt(mode:, fingerprinter: Digest::SHA256)
      run = reading
      Karafka.producer.produce_sync(topic:, payload: "the plaintext", key: "k", headers: { "a" => "b" })
      Karafka.producer.produce_sync(topic:, payload: nil, key: "k")
      Karafka.producer.produce_many_sync(Array.new(30) { |index| { topic:, payload: "many #{index}" } })
      expect(await_read(run, 32)).to eq(["the plaintext", nil, *Array.new(30) { |index| "many #{index}" }])
      run.stop

      record, tombstone, = stored(count: 32)
      expect(record.payload).not_to include("plaintext")
      expect([record.key, record.headers.to_h]).to match(["k", include("a" => "b", "encryption" => "1")])
      expect([tombstone.payload, tombstone.headers.to_a]).to eq([nil, []])
      expect(run.errors("consumer.consume.error")).to be_empty
    end
  end

  it "reads records of every key while keys rotate, plaintext and both modes in one batch" do
    peer.produce(topic, %w[clear])
    [%i[direct 1], %i[envelope 1], %i[envelope 2], %i[direct 2]].each do |mode, version|
      encrypt(mode:, version: version.to_s)
      configure({}, {})
      2.times { Karafka.producer.produce_sync(topic:, payload: "#{mode} #{version}") }
      Karafka.producer.close
    end
    run = reading
    expected = ["clear", *["direct 1"] * 2, *["envelope 1"] * 2, *["envelope 2"] * 2, *["direct 2"] * 2]
    expect(await_read(run, 9)).to eq(expected)
    run.stop
  end

  it "retries a record whose key is missing, and reads it once the key is there" do
    encrypt(version: "2")
    configure({}, {})
    Karafka.producer.produce_sync(topic:, payload: "late")
    Karafka.producer.close
    encrypt(version: "1", known: %w[1])
    run = reading
    run.await("two failures") { run.errors("consumer.consume.error").size >= 2 }
    failed = run.errors("consumer.consume.error").map { |event| event[:error] }
    run.stop
    expect(failed).to all(be_a(Karafka::Pro::Encryption::Errors::UnknownKeyVersionError))
    expect(failed.first.message).to include("#{topic}/0 offset 0").and(include('"2"'))
    encrypt
    run = reading
    expect(await_read(run, 1)).to eq(%w[late])
    run.stop
  end

  it "goes with deserializers of headers, keys and payloads of the app's own" do
    encrypt
    run = reading do
      deserializers(payload: ->(message) { JSON.parse(message.raw_payload, symbolize_names: true) },
                    key: ->(_) { :key }, headers: ->(_) { {} })
    end
    Karafka.producer.produce_sync(topic:, payload: '{"a":1}')
    expect(await_read(run, 1)).to eq([{ a: 1 }])
    run.stop
  end

  it "opens a large batch together where the topic asks, and refuses what says twice that it is sealed" do
    encrypt
    configure({}, {})
    payloads = Array.new(300) { |index| "#{index} #{"x" * 1_000}" }
    Karafka.producer.produce_many_sync(payloads.map { |payload| { topic:, payload: } })
    twice = { "encryption" => %w[1 1] }
    peer_producer = WaterDrop::Producer.new { |config| config.kafka = { "bootstrap.servers": kafka } }
    peer_producer.produce_sync(topic:, payload: "x" * 300, headers: twice)
    peer_producer.close
    run = reading(config: { max_messages: 1_000, pause: { timeout: 50, max_timeout: 50 } }) do
      deserializers(payload: :raw_payload.to_proc)
      parallel_decryption true
    end
    run.await("the refusal") { run.errors("consumer.consume.error").any? }
    run.stop
    expect(read.first(300)).to eq(payloads)
    expect(run.errors("consumer.consume.error").first[:error].message)
      .to match(/more than once .*offset 300/)
  end

  it "decrypts what Admin reads, and refuses an envelope that was copied to another topic" do
    encrypt
    configure({}, {})
    Karafka.producer.produce_sync(topic:, payload: '{"read":"by admin"}')
    expect(Karafka::Admin.read_topic(topic, 0, 1, 0).map(&:payload)).to eq([{ "read" => "by admin" }])
    record = stored.first
    other = create_topic("copy")
    copier = WaterDrop::Producer.new { |config| config.kafka = { "bootstrap.servers": kafka } }
    copier.produce_sync(topic: other, payload: record.payload, headers: record.headers.to_h)
    copier.close
    copied = Karafka::Admin.read_topic(other, 0, 1, 0).first
    expect { copied.payload }.to raise_error(Karafka::Pro::Encryption::Errors::TopicMismatchError)
  end

  it "forwards to another topic what was read and what was not" do
    encrypt
    dead = create_topic("dead")
    configure({}, {})
    Karafka.producer.produce_many_sync(%w[1 2].map { |payload| { topic:, payload: } })
    Karafka::Admin.read_topic(topic, 0, 2, 0).each_with_index do |message, index|
      message.payload if index.zero?
      forwarding = Karafka::Encryption::Forwarding.new(message)
      Karafka.producer.produce_sync(forwarding.finish(forwarding.fields.merge(topic: dead)))
    end
    expect(Karafka::Admin.read_topic(dead, 0, 2, 0).map(&:payload)).to eq([1, 2])
  end

  it "sends dead letters encrypted, those that cannot be decrypted byte by byte" do
    encrypt
    dead = create_topic("dead")
    peer.produce(topic, [{ payload: "x" * 300, headers: { "encryption" => "1" } }])
    run = consume(topic, config: { pause: { timeout: 50, max_timeout: 50 } }, routing: proc {
      deserializers(payload: :raw_payload.to_proc)
      dead_letter_queue(topic: dead, max_retries: 1)
    }) do
      def consume
        messages.each do |message|
          raise ArgumentError, "no" if message.payload

          mark_as_consumed(message)
        end
      end
    end
    Karafka.producer.produce_sync(topic:, payload: "the plaintext")
    run.await_event("dead_letter_queue.dispatched", 2, within: 60)
    run.stop

    broken, secret = stored(dead, count: 2)
    expect([broken.payload, broken.headers.to_h["encryption"]]).to eq(["x" * 300, "1"])
    expect(secret.payload).not_to include("plaintext")
    record = Karafka::Admin.read_topic(dead, 0, 1, 1).first
    Karafka::Encryption.decryption.call(record)
    expect(record.raw_payload).to eq("the plaintext")
  end

  it "encrypts in transactions" do
    encrypt
    configure({}, {})
    producer = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": kafka, "transactional.id": unique("tx") }
      config.middleware.last = Karafka::Pro::Encryption.middleware
    end
    producer.transaction { producer.produce_async(topic:, payload: "committed") }
    producer.close
    run = reading
    expect(await_read(run, 1)).to eq(%w[committed])
    run.stop
    expect(stored.first.payload).not_to include("committed")
  end

  it "carries jobs of Active Job" do
    encrypt
    job = job_class
    run = work_off
    job.perform_later("a secret argument")
    run.await("the job") { ran.any? }
    run.stop
    expect(told).to eq([["a secret argument"]])
    expect(stored(queue).first.payload).not_to include("secret")
  end
end
