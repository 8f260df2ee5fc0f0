# frozen_string_literal: true

require "English"
require "json"
require "socket"

RSpec.describe Karafka::Testing::Broker do
  subject(:broker) { described_class.start(partitions: 2) }

  after { broker.stop }

  def reachable?(servers)
    host, port = servers.split(":")
    TCPSocket.new(host, port.to_i).close
    true
  rescue Errno::ECONNREFUSED
    false
  end

  # Runs the block in a forked child and returns what it returned.
  def in_child
    reader, writer = IO.pipe
    pid = fork do
      reader.close
      writer.write(JSON.generate(yield))
      writer.close
      exit!(0)
    end
    writer.close
    value = reader.read
    Process.wait(pid)
    JSON.parse(value)
  end

  it "listens on loopback until it is stopped" do
    servers = broker.bootstrap_servers
    expect(servers).to match(/\A127\.0\.0\.1:\d+\z/)
    expect(reachable?(servers)).to be(true)
    broker.stop
    expect(reachable?(servers)).to be(false)
  end

  it "stops twice without complaint" do
    broker.stop
    expect(broker.stop).to be_nil
    expect(broker).not_to be_running
  end

  it "gives one address a broker" do
    several = described_class.start(brokers: 3)
    expect(several.bootstrap_servers.split(",").uniq.size).to eq(3)
  ensure
    several&.stop
  end

  it "refuses to start without brokers" do
    expect { described_class.start(brokers: 0) }.to raise_error(ArgumentError, /brokers/)
    [0, -1, "2", nil].each do |partitions|
      expect { described_class.start(partitions:) }
        .to raise_error(ArgumentError, /partitions.*#{partitions.inspect}/)
    end
  end

  it "creates topics and names the one that Kafka would refuse" do
    expect(broker.create_topic(:orders)).to be_nil
    expect { broker.create_topic("a b") }.to raise_error(ArgumentError, /"a b"/)
    expect { broker.create_topic("orders2", partitions: 0) }.to raise_error(ArgumentError, /orders2.*0/)
  end

  it "says that it is stopped" do
    broker.stop
    expect { broker.create_topic("orders") }.to raise_error(ArgumentError, /stopped/)
  end

  it "knows the addresses of running embedded brokers" do
    port = broker.bootstrap_servers.split(":").last
    expect(described_class.embedded?("kafka:9092, localhost:#{port}")).to be(true)
    expect(described_class.embedded?("PLAINTEXT://#{broker.bootstrap_servers}")).to be(true)
    expect(described_class.embedded?("kafka:#{port}")).to be(false)
    expect(described_class.embedded?(nil)).to be(false)
    broker.stop
    expect(described_class.embedded?("localhost:#{port}")).to be(false)
  end

  it "says what it cannot do and what to do instead" do
    expect { described_class.refuse!(broker.bootstrap_servers, :admin, "Karafka::Admin.create_topic") }
      .to raise_error(described_class::UnsupportedError, /Admin\.create_topic: .*Broker#create_topic/)
    expect(described_class.refuse!("kafka:9092", :admin)).to be_nil
  end

  context "when asked through Karafka::Admin" do
    let(:kafka) { { "bootstrap.servers": broker.bootstrap_servers } }
    let(:admin) { Karafka::Admin.new(kafka:) }

    before { broker.create_topic("orders") }

    it "shows its topics and offsets" do
      expect(admin.topic_info("orders")).to include(topic_name: "orders", partition_count: 2)
      expect(admin.read_watermark_offsets("orders", 0)).to eq([0, 0])
    end

    it "says at once that it makes no topics this way, nor changes anything else" do
      resource = Karafka::Admin::Configs::Resource.new(type: :topic, name: "orders")
      [
        -> { admin.create_topic("payments", 1, 1) },
        -> { admin.delete_topic("orders") },
        -> { admin.create_partitions("orders", 3) },
        -> { admin.delete_consumer_group("app") },
        -> { Karafka::Admin::Configs.new(kafka:).describe(resource) }
      ].each { |call| expect(&call).to raise_error(described_class::UnsupportedError, /Broker#create_topic/) }
    end
  end

  context "when used by a producer" do
    let(:settings) { { "bootstrap.servers": broker.bootstrap_servers } }
    let(:producer) do
      WaterDrop::Producer.new do |config|
        config.kafka = { **settings, "transactional.id": "shop" }
        config.logger = Logger.new(nil)
      end
    end

    before { broker.create_topic("orders") }
    after { producer.close }

    it "runs transactions, but says that it would forget the offsets of one" do
      consumer = double(consumer_group_metadata_pointer: 1)
      message = double(topic: "orders", partition: 0, offset: 5)
      producer.transaction { producer.produce_async(topic: "orders", payload: "kept") }
      expect { producer.transaction { producer.transaction_mark_as_consumed(consumer, message) } }
        .to raise_error(described_class::UnsupportedError, /transaction_mark_as_consumed: .*offsets/)
    end
  end

  context "when forked" do
    it "serves the child, which can neither stop nor change it" do
      servers = broker.bootstrap_servers
      seen = in_child do
        broker.stop
        error = begin
          broker.create_topic("orders")
        rescue Karafka::Native::ForkedHandleError => e
          e.class.name
        end
        [reachable?(servers), described_class.embedded?(servers), error]
      end
      expect(seen).to eq([true, true, "Karafka::Native::ForkedHandleError"])
      expect(reachable?(servers)).to be(true)
    end

    it "outlives a child that ends with its exit hooks" do
      servers = broker.bootstrap_servers
      Process.wait(fork { exit(0) })
      expect(reachable?(servers)).to be(true)
    end
  end

  it "stops when its process ends" do
    lib = File.expand_path("../../../lib", __dir__)
    script = 'require "karafka"; $stdout.puts Karafka::Testing::Broker.start.bootstrap_servers'
    servers = IO.popen([RbConfig.ruby, "-I#{lib}", "-e", script], &:read).strip
    expect($CHILD_STATUS).to be_success
    expect(reachable?(servers)).to be(false)
  end
end
