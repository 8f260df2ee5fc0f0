# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "An exactly-once pipeline" do
  # Copies a topic to another, batch by batch, with offsets in the same transactions. Ends at an error:
  # whoever runs it starts it again.
  app = <<~RUBY
    require "karafka"
    kafka = { "bootstrap.servers": ENV.fetch("KAFKA") }
    source, target, group = ENV.values_at("SOURCE", "TARGET", "GROUP")
    producer = WaterDrop::Producer.new do |config|
      config.kafka = { **kafka, "transactional.id": group, "transaction.timeout.ms": 20_000,
                       "message.timeout.ms": 10_000 }
    end
    producer.client
    connection = Karafka::Native::Connection.new(
      kafka.merge("group.id": group, "group.instance.id": group, "auto.offset.reset": "earliest",
                  "enable.auto.commit": false, "isolation.level": "read_committed")
    )
    consumer = Object.new
    consumer.define_singleton_method(:consumer_group_metadata_pointer) { connection.group_metadata }
    place = Struct.new(:topic, :partition, :offset)
    connection.subscribe([source])
    loop do
      batches, = connection.poll(20, 100, nil)
      if (rebalance = connection.rebalance)
        connection.answer(rebalance, 1_000)
      end
      batches.each do |batch|
        producer.transaction do
          batch.size.times do |index|
            producer.produce_async(
              topic: target, payload: batch.raw_payload(index), partition: batch.partition
            )
          end
          producer.transaction_mark_as_consumed(
            consumer, place.new(source, batch.partition, batch.last_offset)
          )
        end
        puts "copied"
      end
    end
  RUBY

  let(:kills) { Integer(ENV.fetch("KARAFKA_SPEC_KILLS", "50")) }
  let(:messages) { 3_000 }

  it "copies each message once and in order, killed at any moment" do
    source = create_topic("source", partitions: 3)
    target = create_topic("target", partitions: 3)
    3.times do |partition|
      peer.produce(source, Array.new(messages) { |i| { payload: i.to_s, partition: } })
    end
    random = Random.new(RSpec.configuration.seed)
    env = { "SOURCE" => source, "TARGET" => target, "GROUP" => unique("eos") }
    kills.times do
      child = run_app(app, env)
      wanted = random.rand(1..6)
      await("copies") { child.await(within: 30) { |lines| lines.count("copied") >= wanted } }
      IO.select(nil, nil, nil, random.rand * 0.02)
      child.kill
    end
    run_app(app, env)

    copied = peer.read(target, count: 3 * messages, within: 90)
    by_partition = copied.group_by(&:partition).transform_values { |found| found.map(&:payload) }
    expect(by_partition.keys.sort).to eq([0, 1, 2])
    by_partition.each_value { |payloads| expect(payloads).to eq(Array.new(messages, &:to_s)) }
  end
end
