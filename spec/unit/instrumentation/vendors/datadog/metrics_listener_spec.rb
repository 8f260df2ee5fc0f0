# frozen_string_literal: true

require "karafka/instrumentation/vendors/datadog/metrics_listener"
require_relative "../fakes"

RSpec.describe Karafka::Instrumentation::Vendors::Datadog::MetricsListener do
  include VendorFakes

  subject(:listener) do
    described_class.new do |config|
      config.client = client
      config.default_tags = %w[env:test]
    end
  end

  let(:client) { VendorFakes::Client.new }
  let(:consumer_tags) { %w[env:test topic:orders partition:3 consumer_group:app] }

  def sent(name)
    client.calls.select { |call| call[1] == "karafka.#{name}" }.map { |call| [call[0], *call[2..]] }
  end

  it "sends the figures of each partition that is fetched and whose lag is known" do
    listener.on_statistics_emitted(statistics_event)
    tags = lambda { |partition|
      { tags: ["env:test", "topic:orders", "partition:#{partition}", "consumer_group:app"] }
    }
    expect(sent("consumer.lags")).to eq([[:gauge, 3, tags[0]], [:gauge, 4, tags[1]]])
    expect(sent("consumer.lags_delta")).to eq([[:gauge, -1, tags[0]], [:gauge, 1, tags[1]]])
  end

  it "sends the figures of each real broker" do
    listener.on_statistics_emitted(statistics_event)
    tags = { tags: %w[env:test broker:kafka:9092 consumer_group:app] }
    {
      "consume.attempts" => [:count, 1], "consume.errors" => [:count, 2], "receive.errors" => [:count, 3],
      "connection.connects" => [:count, 4], "connection.disconnects" => [:count, 5],
      "network.latency.avg" => [:gauge, 10], "network.latency.p95" => [:gauge, 20],
      "network.latency.p99" => [:gauge, 30]
    }.each { |name, call| expect(sent(name)).to eq([[*call, tags]]) }
  end

  it "sends the figures of the whole client" do
    listener.on_statistics_emitted(statistics_event)
    tags = { tags: %w[env:test consumer_group:app] }
    expect(sent("messages.consumed")).to eq([[:count, 5, tags]])
    expect(sent("messages.consumed.bytes")).to eq([[:count, 1_000, tags]])
  end

  it "misses no figure of the root in silence" do
    expect { listener.on_statistics_emitted(statistics_event({})) }.to raise_error(KeyError, /rxmsgs_d/)
  end

  it "sends what a consumer did" do
    listener.on_consumer_consumed(event("consumer.consumed", { caller: VendorFakes::Consumer.new }, 12.5))
    {
      "consumer.messages" => [:count, 10], "consumer.batches" => [:count, 1],
      "consumer.offset" => [:gauge, 109],
      "consumer.consumed.time_taken" => [:histogram, 12.5], "consumer.batch_size" => [:histogram, 10],
      "consumer.processing_lag" => [:histogram, 7], "consumer.consumption_lag" => [:histogram, 9]
    }.each { |name, call| expect(sent(name)).to eq([[*call, { tags: consumer_tags }]]) }
  end

  it "counts the other methods of a consumer" do
    { revoked: "revoked", shutdown: "shutdown", ticked: "tick" }.each do |ended, name|
      listener.public_send("on_consumer_#{ended}", event("x", { caller: VendorFakes::Consumer.new }))
      expect(sent("consumer.#{name}")).to eq([[:count, 1, { tags: consumer_tags }]])
    end
  end

  it "counts errors by type, with the place where a consumer raised" do
    listener.on_error_occurred(event("error.occurred", { type: "a.error", caller: nil }))
    listener.on_error_occurred(event("error.occurred",
                                     { type: "b.error", caller: VendorFakes::Consumer.new }))
    expect(sent("error_occurred")).to eq(
      [[:count, 1, { tags: %w[env:test type:a.error] }],
       [:count, 1, { tags: %w[env:test type:b.error topic:orders partition:3 consumer_group:app] }]]
    )
  end

  it "sends polls" do
    group = Struct.new(:consumer_group_id).new("app")
    listener.on_connection_listener_fetch_loop_received(
      event("x", { subscription_group: group, messages_buffer: [1, 2] }, 3.5)
    )
    tags = { tags: %w[env:test consumer_group:app] }
    expect(sent("listener.polling.time_taken")).to eq([[:histogram, 3.5, tags]])
    expect(sent("listener.polling.messages")).to eq([[:histogram, 2, tags]])
  end

  it "sends workers and jobs, busy ones at start and end" do
    busy = event("x", { jobs_queue: VendorFakes::Queue.new({ busy: 2, enqueued: 3 }) })
    listener.on_worker_process(busy)
    listener.on_worker_processed(busy)
    tags = { tags: %w[env:test] }
    expect(sent("worker.total_threads")).to eq([[:gauge, Karafka::App.config.concurrency, tags]])
    expect(sent("worker.processing")).to eq([[:histogram, 2, tags]] * 2)
    expect(sent("worker.enqueued_jobs")).to eq([[:histogram, 3, tags]])
  end

  it "sends distributions where told to" do
    listener.setup { |config| config.distribution_mode = :distribution }
    listener.on_worker_processed(event("x", { jobs_queue: VendorFakes::Queue.new({ busy: 2 }) }))
    expect(sent("worker.processing")).to eq([[:distribution, 2, { tags: %w[env:test] }]])
  end

  it "refuses an unknown distribution mode when something is to be sent" do
    listener.setup { |config| config.distribution_mode = :average }
    jobs = event("x", { jobs_queue: VendorFakes::Queue.new({ busy: 2 }) })
    expect { listener.on_worker_processed(jobs) }.to raise_error(ArgumentError, /:average/)
  end

  it "refuses an unknown scope when something is to be sent" do
    metric = described_class::RdKafkaMetric.new(:gauge, :cluster, "mine", "x")
    listener.setup { |config| config.rd_kafka_metrics = [metric] }
    expect do
      listener.on_statistics_emitted(statistics_event)
    end.to raise_error(ArgumentError, /mine.*:cluster/)
  end

  it "leaves the defaults alone when a subclass brings its own" do
    own = Class.new(described_class) { configure { |config| config.namespace = "mine" } }
    own.new { |config| config.client = client }.count("x", 1)
    expect(client.calls).to eq([[:count, "mine.x", 1]])
    expect(listener.namespace).to eq("karafka")
  end
end
