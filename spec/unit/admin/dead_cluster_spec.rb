# frozen_string_literal: true

require "timeout"
require_relative "admin_doubles"

RSpec.describe Karafka::Admin, "without a cluster", :fresh_app do
  include AdminDoubles

  before do
    Karafka::App.config.kafka = { "bootstrap.servers": "127.0.0.1:1", log_level: 0 }
    Karafka::App.config.admin.max_wait_time = 300
    Karafka::App.config.internal.connection.proxy.metadata.timeout = 100
    Karafka::App.config.internal.connection.proxy.metadata.wait_time = 1
  end

  # A thread that waits for the cluster. What it needs is loaded by a first try: one that is killed within
  # a `require` leaves RubyGems with a lock that nobody gives back.
  def asking
    expect { described_class.cluster_info }.to raise_error(Rdkafka::RdkafkaError)
    Karafka::App.config.internal.connection.proxy.metadata.timeout = 60_000
    Thread.new { described_class.cluster_info }
  end

  it "raises the failure of the whole operation instead of waiting for parts of it" do
    {
      create: -> { described_class.create_topic("t", 1, 1) }, delete: lambda {
                                                                        described_class.delete_topic("t")
                                                                      },
      widen: -> { described_class.create_partitions("t", 2) },
      group: -> { described_class.delete_consumer_group("g") },
      acls: -> { described_class::Acl.all }
    }.each do |name, call|
      Timeout.timeout(10) { expect(&call).to raise_error(Rdkafka::RdkafkaError, /timed_out/), name.to_s }
    end
  end

  it "gives up metadata after the tries that are set" do
    started = described_class.monotonic_now

    expect { described_class.cluster_info }.to raise_error(Rdkafka::RdkafkaError, /transport|timed_out/)
    expect(described_class.monotonic_now - started).to be_between(250, 5_000)
  end

  it "lets other threads run while it waits" do
    waiting = asking
    started = described_class.monotonic_now
    Thread.pass until waiting.stop?
    100.times { Thread.pass }

    expect(described_class.monotonic_now - started).to be < 50_000
    expect(waiting).to be_alive
  ensure
    waiting.kill.join
  end

  it "ends at once when its thread is killed" do
    waiting = asking
    Thread.pass until waiting.stop?
    started = described_class.monotonic_now
    waiting.kill.join

    expect(described_class.monotonic_now - started).to be < 2_000
  end
end
