# frozen_string_literal: true

require_relative "transactions_helper"

RSpec.describe "Piped messages", :fresh_app, :transactions do
  let(:topic) { create_topic(partitions: 2) }
  let(:target) { create_topic("target", partitions: 4) }

  def origin_of(message) = message.headers.to_h.values_at("source_topic", "source_partition", "source_offset")

  # A consumer that pipes its batches with the given method, after the README's hook.
  def pipe(way, many:, &around)
    place = target
    around ||= ->(_consumer, &work) { work.call }
    consume(topic) do
      define_method(:consume) do
        around.call(self) do
          given = many ? { messages: } : { message: messages.first }
          public_send(way, topic: place, **given)
          mark_as_consumed(messages.last)
        end
      end
      define_method(:enhance_pipe_message) do |outgoing, message|
        outgoing[:headers]["at"] = message.offset.to_s
      end
    end
  end

  it "keep their keys, and together without one, and say where they came from" do
    peer.produce(topic, [*Array.new(8) { |n| { payload: "k#{n}", key: "key-#{n % 2}", partition: 0 } },
                         *Array.new(6) { |n| { payload: "n#{n}", partition: 1, headers: { "own" => "1" } } }])
    run = pipe(:pipe_many_sync, many: true)
    piped = peer.read(target, count: 14)
    run.stop

    keyed, keyless = piped.partition(&:key)
    keyed.group_by(&:key).each_value do |group|
      expect(group.map(&:partition).uniq.size).to eq(1)
      expect(group.map { |message| message.payload[1..].to_i }).to eq(group.map do |m|
                                                                        m.payload[1..].to_i
                                                                      end.sort)
    end
    expect(keyless.map(&:payload)).to eq((0..5).map { |n| "n#{n}" })
    expect(keyless.map(&:partition).uniq.size).to eq(1)
    expect(keyless.map { |message| origin_of(message) }).to eq((0..5).map { |n| [topic, "1", n.to_s] })
    expect(keyless.last.headers.to_h).to include("own" => "1", "at" => "5",
                                                 "source_consumer_group" => spec_group)
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 8, 1 => 6 })
  end

  it "are part of a transaction: an aborted one shows neither them nor the offset" do
    peer.produce(topic, [{ payload: "a", key: "k", partition: 0 }])
    transactional = producer
    aborts = true
    run = pipe(:pipe_async, many: false) do |consumer, &work|
      consumer.transaction(transactional) do
        work.call
        raise WaterDrop::AbortTransaction if aborts
      end
      raise "again" if aborts
    end
    run.await_event("error.occurred")
    expect([visible, committed]).to eq([[], nil])

    aborts = false
    run.await_event("consumer.consuming.transaction", 2)
    run.stop
    expect([visible, committed]).to eq([%w[a], 1])
  end
end
