# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "A long poll", :fresh_app do
  let(:topic) { create_topic }
  let(:config) { { max_wait_time: 40_000, shutdown_timeout: 50_000, max_messages: 2 } }

  # As many more of an event, in less time than the poll takes.
  def more(run, name, number) = run.await_event(name, run.events(name).size + number, within: 30)

  def polls_since(run, event)
    names = run.events.map(&:name)
    names.include?(event) ? names.drop(names.index(event)).count("client.events_poll") : 0
  end

  it "delivers statistics while it waits, and stays one poll" do
    sizes = []
    run = consume(topic, config:, kafka: { "statistics.interval.ms": 200 }) do
      define_method(:consume) { sizes << messages.size }
    end
    # After the rebalance, and as the poll begins.
    run.await("a poll with partitions") { polls_since(run, "rebalance.partitions_assigned") >= 2 }
    2.times do |number|
      peer.produce(topic, [number.to_s])
      # The interval is a fifth of what a poll waits between two looks: these are two looks at least.
      more(run, "statistics.emitted", 6) if number.zero?
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(sizes).to eq([2])
  end

  it "asks for a token in time" do
    asked = 0
    before_start do
      Karafka.monitor.subscribe("oauthbearer.token_refresh") do |event|
        asked += 1
        # librdkafka asks again after four fifths of its life.
        event[:bearer].oauthbearer_set_token(
          token: "token", lifetime_ms: ((Time.now.to_f + 3) * 1_000).to_i, principal_name: "me"
        )
      end
    end
    kafka = { "security.protocol": "sasl_plaintext", "sasl.mechanisms": "OAUTHBEARER" }
    run = consume(topic, config:, kafka:) { def consume = nil }
    run.await("three tokens", within: 30) { asked >= 3 }
    run.stop
  end

  it "hands over what it has gathered when a stop ends it (H-018)" do
    peer.produce(topic, %w[0])
    seen = []
    run = consume(topic, config:, kafka: { "statistics.interval.ms": 200 }) do
      define_method(:consume) { seen.concat(messages.map(&:offset)) }
    end
    run.await("a message that the poll has taken") do
      run.events("statistics.emitted").any? do |event|
        event[:statistics].dig("topics", topic, "partitions", "0", "app_offset") == 1
      end
    end
    expect(run.events("consumer.consume")).to be_empty
    run.stop

    expect(seen).to eq([0])
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 1 })
  end
end
