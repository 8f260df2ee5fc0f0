# frozen_string_literal: true

require_relative "../spec_helper"
require "timeout"

# Each of these breaks a cluster of its own.
RSpec.describe "A broker that is gone", :fresh_app do
  let(:cluster) { own_kafka }
  let(:node) { cluster.nodes.first }
  let(:client) { peer_of("bootstrap.servers" => kafka) }
  let(:topic) { client.create_topic(unique("topic"), partitions: 2) }

  def kafka = cluster.settings.bootstrap_servers

  def kill_broker
    node.signal("KILL")
    node.await_end(within: 10)
  end

  before { client.produce(topic, [{ payload: "a", partition: 0 }, { payload: "b", partition: 1 }]) }

  it "does not keep a server within a process from ending in time, and not by force" do
    run = consume(topic, config: { shutdown_timeout: 8_000 }) { def consume = nil }
    run.await_event("consumer.consumed", 2)
    kill_broker
    asked = Specs.now
    run.stop(within: 15)

    expect(Specs.now - asked).to be < 9
    expect(run.errors("app.stopping.error")).to be_empty
    expect(run.events("app.terminated").size).to eq(1)
  end

  it "does not hold whoever waits for a commit beyond his own patience" do
    gone = Queue.new
    answers = []
    run = consume(topic, config: { shutdown_timeout: 8_000 }, routing: lambda {
                                                                         manual_offset_management true
                                                                       }) do
      define_method(:consume) do
        next if partition.zero?

        gone.pop
        started = Specs.now
        begin
          Timeout.timeout(0.5) { mark_as_consumed!(messages.first) }
        rescue Timeout::Error => e
          answers << e.class << (Specs.now - started)
        end
      end
    end
    run.await("the second partition's work") do
      run.events("consumer.consume").any? { |event| event[:caller].partition == 1 }
    end
    kill_broker
    gone << true
    run.await("the end of patience", within: 15) { answers.size == 2 }
    run.stop(within: 15)

    expect(answers[0]).to eq(Timeout::Error)
    expect(answers[1]).to be < 3
  end
end
