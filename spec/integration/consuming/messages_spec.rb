# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Messages as consumers get them", :fresh_app do
  let(:topic) { create_topic }

  # Runs until the first batch is through; returns what the block, run in the consumer, answered.
  def with_batch(payloads, **options, &look)
    peer.produce(topic, payloads)
    seen = []
    run = consume(topic, config: { max_wait_time: 1_000 }, **options) do
      define_method(:consume) { seen << instance_exec(&look) }
    end
    run.await_event("worker.completed")
    run.stop
    raise run.errors.first[:error] if run.errors.any?

    seen.first
  end

  it "are binary, header names too; nothing is empty that was null, nor the other way" do
    given = [{ payload: "\xFF\x00é".b, key: "kéy", headers: { "h" => "1", "ä" => "\xFE".b } },
             { payload: nil, key: "k" }, { payload: "", key: "" }, { payload: "x", key: nil }]
    seen = with_batch(given) do
      messages.map { |one| [one.raw_payload, one.raw_key, one.raw_headers, one.tombstone?] }
    end

    expect(seen).to eq([["\xFF\x00é".b, "kéy".b, { "h".b => "1".b, "ä".b => "\xFE".b }, false],
                        [nil, "k".b, {}, true], ["".b, "".b, {}, false], ["x".b, nil, {}, false]])
    strings = seen.flatten.grep(String) + seen[0][2].to_a.flatten
    expect(strings.map(&:encoding).uniq).to eq([Encoding::BINARY])
    expect(seen.map { |row| row[2].frozen? }).to eq([true] * 4)
  end

  it "keep the order of a header that comes more than once" do
    seen = with_batch([{ payload: "x", headers: { "h" => %w[a b c], "one" => "1" } }]) do
      messages.first.raw_headers
    end
    expect(seen).to eq({ "h" => %w[a b c], "one" => "1" })
  end

  it "have a time of a millisecond's precision and one reception time for all of a poll" do
    seen = with_batch([{ payload: "a", timestamp: 1_700_000_000_123 }, { payload: "b" }]) do
      [messages.first.timestamp, messages.map(&:received_at),
       messages.metadata.created_at == messages.last.timestamp]
    end

    expect(seen[0]).to eq(Time.at(1_700_000_000, 123, :millisecond))
    expect(seen[1].uniq.size).to eq(1)
    expect(seen[1].first).to be_within(60).of(Time.now)
    expect(seen[2]).to be(true)
  end

  it "know their place, and stay the same objects" do
    seen = with_batch(%w[1 2 3]) do
      [messages.map { |one| [one.topic, one.partition, one.offset] },
       messages.first.equal?(messages.to_a.first), messages.last.equal?(messages.to_a.last),
       messages.map { |one| one.metadata.offset }, messages.first.metadata.message.equal?(messages.first)]
    end
    expect(seen).to eq([[[topic, 0, 0], [topic, 0, 1], [topic, 0, 2]], true, true, [0, 1, 2], true])
  end

  it "deserialize when asked, by the topic's own deserializers, on the asking thread" do
    threads = []
    payload = lambda do |message|
      threads << Thread.current.name
      "#{message.raw_payload}!"
    end
    seen = with_batch(%w[a b], routing: -> { deserializers(payload:, key: ->(_) { "k" }) }) do
      picked = messages.select { |one| one.raw_payload == "b" }
      before = messages.map(&:deserialized?)
      [before, picked.map(&:payload), picked.first.key, messages.payloads, messages.map(&:deserialized?)]
    end

    expect(seen).to eq([[false, false], ["b!"], "k", %w[a! b!], [true, true]])
    expect(threads.size).to eq(2)
    expect(threads).to all(start_with("karafka.worker#"))
  end

  it "end in a retry when they cannot be deserialized" do
    peer.produce(topic, ["{"])
    runs = []
    run = consume(topic, config: { pause: { timeout: 20, max_timeout: 20 } }) do
      define_method(:consume) do
        runs << attempt
        messages.payloads if attempt == 1
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(runs).to eq([1, 2])
    expect(run.errors.first.payload).to include(type: "consumer.consume.error",
                                                error: be_a(JSON::ParserError))
  end

  it "stay readable after their batch, their consumer and the server are gone" do
    kept = with_batch(Array.new(50) { |n| "payload #{n}" }) { messages.to_a }
    GC.start
    GC.compact if GC.respond_to?(:compact)
    expect(kept.map(&:raw_payload)).to eq(Array.new(50) { |n| "payload #{n}" })
    expect(kept.last.offset).to eq(49)
  end

  it "come with the facts of their batch, lags among them" do
    seen = with_batch(%w[a b c]) do
      facts = messages.metadata
      [facts.to_h.slice(:size, :first_offset, :last_offset, :partition, :topic),
       facts.deserializers.equal?(topic.deserializers),
       facts.consumption_lag, facts.processing_lag, facts.frozen?]
    end

    expect(seen[0]).to eq({ size: 3, first_offset: 0, last_offset: 2, partition: 0, topic: })
    expect(seen[1]).to be(true)
    expect(seen[2]).to be_between(0, 60_000)
    expect(seen[3]).to be_between(0, seen[2])
    expect(seen[4]).to be(true)
  end
end
