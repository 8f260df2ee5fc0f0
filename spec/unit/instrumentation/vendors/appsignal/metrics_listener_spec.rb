# frozen_string_literal: true

require "karafka/instrumentation/vendors/appsignal/metrics_listener"
require_relative "../fakes"

RSpec.describe Karafka::Instrumentation::Vendors::Appsignal::MetricsListener do
  include VendorFakes

  subject(:listener) { described_class.new { |config| config.client = client } }

  let(:client) { VendorFakes::Client.new }
  let(:consumer) { VendorFakes::Consumer.new }
  let(:topic_tags) { { consumer_group: "app", topic: "orders" } }
  let(:both) { [topic_tags, topic_tags.merge(partition: 3)] }

  def sent(name)
    client.calls.select { |call| call[1] == "karafka_#{name}" }.map { |call| [call[0], *call[2..]] }
  end

  it "makes a run a transaction with the marks of its batch" do
    listener.on_consumer_consume(event("x", { caller: consumer }))
    expect(client.calls).to eq(
      [[:start_transaction, "VendorFakes::Consumer#consume"],
       [:metadata=, { batch_size: 10, first_offset: 100, last_offset: 109, consumer_group: "app",
                      topic: "orders",
                      partition: 3, attempt: 2 }]]
    )
    listener.on_consumer_consumed(event("x", { caller: consumer }, 1.0))
    expect(client.names.last).to eq(:stop_transaction)
  end

  it "counts a run for the topic and for the partition" do
    listener.on_consumer_consumed(event("x", { caller: consumer }, 1.0))
    { "consumer_messages" => [:count, 10], "consumer_batches" => [:count, 1],
      "consumer_offsets" => [:gauge, 109] }
      .each do |name, call|
      expect(sent(name)).to eq(both.map { |tags| [*call, tags] })
    end
  end

  it "makes the other methods of a consumer transactions" do
    { revoke: %i[revoked revoked], shutting_down: %i[shutdown shutdown], tick: %i[ticked tick],
      eof: %i[eofed eofed] }.each do |starting, (ended, action)|
      client.calls.clear
      listener.public_send("on_consumer_#{starting}", event("x", { caller: consumer }))
      listener.public_send("on_consumer_#{ended}", event("x", { caller: consumer }))
      expect(client.calls).to eq([[:start_transaction, "VendorFakes::Consumer##{action}"],
                                  [:stop_transaction]])
    end
  end

  it "ends the transaction at any error and counts those of consumers" do
    listener.on_error_occurred(event("x", { type: "librdkafka.error", caller: nil }))
    expect(client.calls).to eq([[:stop_transaction]])
    listener.on_error_occurred(event("x", { type: "consumer.consume.error", caller: consumer }))
    expect(sent("consumer_errors")).to eq(both.map { |tags| [:count, 1, tags] })
  end

  it "counts dead letters" do
    listener.on_dead_letter_queue_dispatched(event("x", { caller: consumer, message: nil }))
    expect(sent("consumer_dead")).to eq(both.map { |tags| [:count, 1, tags] })
  end

  it "sends statistics of brokers and partitions" do
    listener.on_statistics_emitted(statistics_event)
    broker = { broker: "kafka:9092" }
    {
      "requests_retries" => [:count, 1], "transmission_errors" => [:count, 2],
      "receive_errors" => [:count, 3],
      "connection_connects" => [:count, 4], "connection_disconnects" => [:count, 5],
      "network_latency_avg" => [:gauge, 10], "network_latency_p95" => [:gauge, 20],
      "network_latency_p99" => [:gauge, 30]
    }.each { |name, call| expect(sent(name)).to eq([[*call, broker]]) }
    expect(sent("consumer_lag").map { |call| call[1] }).to eq([3, 4])
    expect(sent("consumer_lag_delta").last).to eq([:gauge, 1, topic_tags.merge(partition: "1")])
  end

  it "adds lags up for each topic, 0 while none is known" do
    listener.on_statistics_emitted(statistics_event)
    expect(sent("consumer_aggregated_lag"))
      .to eq([[:gauge, 7, topic_tags], [:gauge, 0, { consumer_group: "app", topic: "quiet" }]])
  end

  it "registers its probe once" do
    2.times { listener.on_app_running(nil) }
    expect(client.names).to eq([:register_probe])
    name, probe = client.calls.first[1..]
    expect(name).to eq(:karafka)
    probe.call
    expect(sent("processes_count").first[0..1]).to eq([:gauge, 1])
    expect(sent("threads_count").first[0..1]).to eq([:gauge, Karafka::App.config.concurrency])
  end
end
