# frozen_string_literal: true

require_relative "../../spec_helper"

# A topic with virtual partitions, and what its partitioner is called with.
RSpec.shared_context "with lanes" do
  let(:options) { { max_partitions: 4, partitioner: lambda(&:raw_key) } }
  let(:topic) do
    config = Karafka::Routing::Features::VirtualPartitions.config(**options)
    deserializers = Karafka::Routing::Features::Deserializers::STANDARD
    Struct.new(:name, :virtual_partitions, :deserializers, :parallel_decryption) do
      def virtual_partitions? = virtual_partitions.active?
    end.new("orders", config, deserializers)
  end
  let(:subscription_group) { Struct.new(:topics).new(Karafka::Routing::Topics.new([topic])) }
  let(:collapsed) { false }
  let(:coordinator) { Struct.new(:topic, :collapsed?).new(topic, collapsed) }
  let(:events) { [] }

  before { Karafka.monitor.subscribe("error.occurred") { |event| events << event } }
  after { Karafka.monitor.listeners["error.occurred"].pop }

  # Rows of keys, or of key and payload.
  def batch(*rows)
    rows = rows.each_with_index.map { |(key, payload), index| [10 + index, payload || "{}", key, nil] }
    Karafka::Native::Batch.built("orders", 0, rows)
  end

  def objects(part)
    part.is_a?(Array) ? part : part.messages(Karafka::Messages::Message)
  end

  # @return [Hash{Integer => Array<Integer>}] offsets of each lane
  def lanes(messages, by: partitioner)
    found = []
    by.call("orders", messages, coordinator) { |lane, part| found << [lane, objects(part).map(&:offset)] }
    expect(found.map(&:first).uniq.size).to eq(found.size)
    found.to_h
  end
end
