# frozen_string_literal: true

require_relative "../orders_topic"

# The order of what a client asks of its native connection, which here is a double that writes it down.
RSpec.describe Karafka::Connection::Client, :fresh_app do
  include OrdersTopic

  let(:group) { route_orders.subscription_group }
  let(:native) do
    Class.new do
      attr_reader :calls
      attr_accessor :polled, :rebalances, :refusal

      def initialize
        @calls = []
        @polled = [[], [], [], nil, false]
        @rebalances = []
      end

      def event(_timeout) = (calls << :event) && nil
      def subscribe(_topics) = (calls << :subscribe) && refusal && raise(refusal)
      def poll(*) = (calls << :poll) && polled
      def rebalance = rebalances.shift
      def answer(*) = calls << :answer
      def close(*) = calls << :close
      def closed? = calls.include?(:close)
    end.new
  end
  let(:client) { described_class.new(group) }
  let(:revocation) { Struct.new(:kind, :partitions, :error).new(:revoke, [["orders", 0]], nil) }

  before { allow(Karafka::Native::Connection).to receive(:new).and_return(native) }

  it "serves events, of which the first token request is one, before it subscribes and polls (H-016)" do
    client.batch_poll

    expect(native.calls.chunk_while do |one, other|
             one == other
           end.map(&:first)).to eq(%i[event subscribe event poll])
  end

  it "leaves no connection behind that could not subscribe, and makes another one (H-015)" do
    native.refusal = Rdkafka::RdkafkaError.new(-186)
    2.times { expect { client.batch_poll }.to raise_error(Rdkafka::RdkafkaError) }

    expect(native.calls.count(:close)).to eq(2)
    expect(Karafka::Native::Connection).to have_received(:new).twice
    expect(client.name).to eq("")
  end

  it "answers a rebalance that came with a failed poll, before it raises (H-005)" do
    native.polled = [[], [], [], Rdkafka::RdkafkaError.new(-185), true]
    native.rebalances << revocation

    expect { client.batch_poll }.to raise_error(Rdkafka::RdkafkaError)
    expect(native.calls.last(2).first).to eq(:answer)
    expect(client.rebalance_manager.revoked_partitions).to eq("orders" => [0])
  end

  it "serves events at once after a rebalance (H-010)" do
    native.polled = [[], [], [], nil, true]
    native.rebalances << revocation
    client.batch_poll

    expect(native.calls.last(2)).to eq(%i[answer event])
  end
end
