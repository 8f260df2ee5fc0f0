# frozen_string_literal: true

require_relative "admin_helper"

RSpec.describe Karafka::Admin::Topics do
  include AdminExamples

  it "creates a topic with settings, and returns when it can be produced to" do
    name = unique("create")

    expect(admin.create_topic(name.to_sym, 2, 1, "retention.ms": 86_400_000)).to be_nil
    expect(peer.produce(name, [{ payload: "a", partition: 1 }])).to eq([[1, 0]])
    resource = Karafka::Admin::Configs::Resource.new(type: :topic, name:)
    retention = Karafka::Admin::Configs.describe(resource).first.configs.find do |one|
      one.name == "retention.ms"
    end
    expect(retention.value).to eq("86400000")
  end

  it "tells what Kafka refuses about a new topic by its code" do
    name = create_topic("refused")

    expect(code_of { described_class.create(name, 1, 1) }).to eq(:topic_already_exists)
    expect(code_of { described_class.create("", 1, 1) }).to eq(:topic_exception)
    expect(code_of { described_class.create("a b", 1, 1) }).to eq(:topic_exception)
    expect(code_of { described_class.create(unique("none"), 0, 1) }).to eq(:invalid_partitions)
    expect(code_of { described_class.create(unique("none"), 1, 9) }).to eq(:invalid_replication_factor)
    expect(code_of { described_class.create(unique("none"), 1, 1, nope: 1) }).to eq(:invalid_config)
    expect { described_class.create(unique("none"), -2, 1) }.to raise_error(Rdkafka::Config::ConfigError)
    expect { described_class.create(nil, 1, 1) }.to raise_error(TypeError)
  end

  it "leaves the number of partitions to the broker for -1" do
    name = unique("default")
    described_class.create(name, -1, -1)

    expect(described_class.info(name)[:partition_count]).to be >= 1
  end

  it "deletes a topic, and returns when it is gone" do
    name = create_topic("delete")

    expect(described_class.delete(name)).to be_nil
    expect(peer.topics).not_to have_key(name)
    expect(code_of { described_class.delete(name) }).to eq(:unknown_topic_or_part)
  end

  it "adds partitions, and refuses to take any away" do
    name = create_topic("widen")

    expect(admin.create_partitions(name, 3)).to be_nil
    expect(peer.topics[name]).to eq(3)
    expect(code_of { admin.create_partitions(name, 3) }).to eq(:invalid_partitions)
    expect(code_of { admin.create_partitions(name, 2) }).to eq(:invalid_partitions)
    expect(code_of { admin.create_partitions(unique("none"), 2) }).to eq(:unknown_topic_or_part)
  end

  it "describes a topic" do
    name = create_topic("info", partitions: 2)
    info = described_class.info(name)

    expect(info).to include(topic_name: name, partition_count: 2)
    broker = info[:partitions].first[:leader]
    expect(info[:partitions]).to eq(
      [0, 1].map do |id|
        { partition_id: id, leader: broker, replica_count: 1, in_sync_replica_brokers: 1, replicas: [broker],
          isrs: [broker] }
      end
    )
  end

  it "creates no topic by asking for one" do
    name = unique("asked")

    expect(code_of { described_class.info(name) }).to eq(:unknown_topic_or_part)
    expect(code_of { described_class.read(name, 0, 1) }).to eq(:unknown_partition)
    expect(admin.read_lags_with_offsets({ unique("group") => [name] }).values).to eq([{ name => {} }])
    expect(peer.topics).not_to have_key(name)
  end

  it "describes the cluster" do
    name = create_topic("cluster")
    info = admin.cluster_info

    expect(info).to be_a(Rdkafka::Metadata)
    host, port = kafka.split(":")
    expect(info.brokers).to include(include(broker_name: host, broker_port: port.to_i))
    expect(info.topics.map { |topic| topic[:topic_name] }).to include(name)
  end

  it "acts on the cluster of the instance, in each step" do
    other = own_kafka
    name = unique("elsewhere")
    there = Karafka::Admin.new(kafka: { "bootstrap.servers": other.settings.bootstrap_servers })
    there.create_topic(name, 1, 1)
    there.seek_consumer_group("there", { name => 4 })

    expect(there.topic_info(name)[:partition_count]).to eq(1)
    expect(there.read_lags_with_offsets({ "there" => [name] })).to eq("there" => { name => { 0 => {
                                                                        offset: 4, lag: -4
                                                                      } } })
    expect(there.read_watermark_offsets(name, 0)).to eq([0, 0])
    expect(peer.topics).not_to have_key(name)
    there.delete_consumer_group("there")
    there.delete_topic(name)
    expect(code_of { there.topic_info(name) }).to eq(:unknown_topic_or_part)
  end
end
