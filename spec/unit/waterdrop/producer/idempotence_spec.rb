# frozen_string_literal: true

require_relative "../../spec_helper"
require "waterdrop"

RSpec.describe WaterDrop::Producer::Idempotence do
  after { made.each(&:close) }

  let(:made) { [] }
  let(:fatal) { Rdkafka::RdkafkaError.new(47, fatal: true) }

  def build(kafka = { "enable.idempotence": true }, **settings)
    producer = WaterDrop::Producer.new do |config|
      config.client_class = WaterDrop::Clients::Buffered
      config.kafka = kafka
      config.wait_backoff_on_idempotent_fatal_error = 1
      settings.each { |name, value| config.public_send(:"#{name}=", value) }
    end
    producer.tap { made << producer }
  end

  # Clients whose dispatches fail so often in all.
  def failing(times)
    allow(WaterDrop::Clients::Buffered).to receive(:new).and_wrap_original do |original, *arguments|
      original.call(*arguments).tap do |client|
        allow(client).to receive(:produce).and_wrap_original do |produce, **message|
          (times -= 1) >= 0 ? raise(fatal) : produce.call(**message)
        end
      end
    end
  end

  def send_one(producer) = producer.produce_sync(topic: "a", payload: "1")

  it "is on where librdkafka has it on, and in every transactional producer" do
    settings = [{}, { "enable.idempotence": false }, { "enable.idempotence": "false" },
                { "enable.idempotence": true }, { "enable.idempotence": "true" },
                { "transactional.id": "tx" }]
    expect(settings.map { |kafka| build(kafka).idempotent? }).to eq([false, false, false, true, true, true])
    expect(settings.map { |kafka| build(kafka).transactional? }).to eq([*[false] * 5, true])
  end

  it "repairs fatal errors alone, where that is asked for and the code may be repaired" do
    asked = { reload_on_idempotent_fatal_error: true }
    producer = build(**asked)
    errors = [fatal, Rdkafka::RdkafkaError.new(47), Rdkafka::RdkafkaError.new(-144, fatal: true),
              KeyError.new]
    expect(errors.map { |error| producer.idempotent_reloadable?(error) }).to eq([true, false, false, false])
    others = [build, build({}, **asked), build({ "transactional.id": "tx" }, **asked),
              build(**asked, non_reloadable_errors: [:invalid_producer_epoch])]
    expect(others.map { |other| other.idempotent_reloadable?(fatal) }).to eq([false] * 4)
  end

  it "gives up after the attempts, of which a message that goes through gives all back" do
    producer = build(reload_on_idempotent_fatal_error: true, max_attempts_on_idempotent_fatal_error: 2)
    attempts = []
    producer.monitor.subscribe("error.occurred") do |event|
      attempts << event[:attempt] if event[:type] == "librdkafka.idempotent_fatal_error"
    end
    failing(2)
    expect(send_one(producer).error).to be_nil
    failing(5)
    producer.disconnect # the next client is one of those
    expect { send_one(producer) }.to raise_error(WaterDrop::Errors::ProduceError) { |error|
      expect(error.cause).to be(fatal)
    }
    expect([attempts, producer.idempotent_retryable?]).to eq([[1, 2, 1, 2], false])
    expect { send_one(producer) }.to raise_error(WaterDrop::Errors::ProduceError)
    expect(attempts.size).to eq(4)
  end
end
