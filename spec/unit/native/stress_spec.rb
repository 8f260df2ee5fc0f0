# frozen_string_literal: true

require "openssl"
require_relative "stress_helper"

RSpec.describe "Native methods under stress and compaction of the collector", :native, :stressed do
  let(:native) { Karafka::Native }
  let(:rows) do
    Array.new(3) { |index| [index, %({"n":"v#{index}"}), "k#{index}", { "h" => "v" }] }
  end
  let(:batch) { native::Batch.built("orders", 0, rows) }
  let!(:message) { batch.messages(Karafka::Messages::Message).first }
  let(:key) { OpenSSL::PKey::RSA.new(2048) }

  it "are all driven by an example, or make and keep nothing" do
    expect(StressedCalls.wanted(:values)).to match_array(self.class.driven)
  end

  drives "Batch.built", "Batch#topic", "Batch#offsets", "Batch#raw_payload", "Batch#raw_key",
         "Batch#raw_headers", "Batch#raw_payloads" do
    made = stressed { native::Batch.built("orders", 0, rows) }
    found = stressed do
      [made.topic, made.offsets, made.raw_payload(1), made.raw_key(1), made.raw_headers(1), made.raw_payloads]
    end
    expect(found).to eq(["orders", [0, 1, 2], *rows[1].drop(1), rows.map { |row| row[1] }])
  end

  drives "Batch#view", "Batch#exclude", "Batch#only", "Batch#left", "Batch#messages" do
    views = stressed { [batch.view([0, 2]), batch.exclude([0]), batch.only([1])] }
    messages = stressed { views.first.messages(Karafka::Messages::Message) }
    left = stressed { views.first.left([messages.last]) }
    expect(views.map(&:offsets)).to eq([[0, 2], [1, 2], [1]])
    expect(left.offsets).to eq([2])
    expect(messages.map(&:raw_key)).to eq(%w[k0 k2])
  end

  drives "Extractor.message_key", "Extractor.payload", "Extractor.header", "Extractor.json",
         "Extractor.several", "Extractor#modulo", "FanOut.consistent", "FanOut.balanced" do
    extractors = stressed do
      made = [native::Extractor.message_key, native::Extractor.payload, native::Extractor.header("h"),
              native::Extractor.json("/n")]
      [*made, native::Extractor.several(made), made.first.modulo(2)]
    end
    shares = stressed { native::FanOut.balanced(batch, extractors.first, 3) }
    same = stressed { native::FanOut.consistent(batch, extractors[2], 3, ->(_index) { "x" }) }
    expect([shares, same].map do |lanes|
             lanes.flat_map do |_, view|
               view.offsets
             end.sort
           end).to eq([[0, 1, 2]] * 2)
  end

  drives "FanOut.by_ids", "FanOut.by_keys", "FanOut.by_groups" do
    objects = batch.messages(Karafka::Messages::Message)
    found = stressed do
      [native::FanOut.by_ids(objects, [0, 1, 0]), native::FanOut.by_keys(objects, %w[a b a], 2),
       native::FanOut.by_groups(objects, [0, 1, 0], 2)]
    end
    expect(found.map { |lanes| lanes.flat_map(&:last).map(&:offset).sort }).to eq([[0, 1, 2]] * 3)
  end

  drives "Documents.of", "Documents.at", "Documents.find", "Documents.parse", "Documents.parse_at",
         "Documents.tokens" do
    found = stressed do
      [native::Documents.of(message), native::Documents.at(message, "/n"),
       native::Documents.find(batch, 1, "/n"), native::Documents.parse(%({"a":["b"]})),
       native::Documents.parse_at(%({"a":["b"]}), "/a/0"), native::Documents.tokens("/a/b")]
    end
    expect(found).to eq([{ "n" => "v0" }, "v0", "v1", { "a" => ["b"] }, "b", %w[a b]])
  end

  drives "Sealer.new", "Sealer#encrypt", "Sealer#seal", "Opener.new", "Opener#open", "Opener#batch",
         "Opened#take" do
    sealer, opener = stressed do
      [native::Sealer.new(key.public_to_pem, "1", 10, 1_000),
       native::Opener.new({ "1" => key.to_pem }, 10, 1_000)]
    end
    direct, sealed = stressed { [sealer.encrypt("plain"), sealer.seal("orders", "plain")] }
    opened = stressed { opener.open(direct, "1", false, ["orders", 0, 0], ["orders"]) }
    headers = { "encryption" => "1", "encryption_mode" => "envelope" }
    fetched = native::Batch.built("orders", 0, [[0, sealed, nil, headers]])
    ahead = stressed { opener.batch(fetched, ["orders"]) }
    ahead.prepare(true)
    expect([opened, stressed { ahead.take(0) }]).to eq(%w[plain plain])
  end

  drives "Partition.detached", "Partition#register", "Partition#done_in_batch", "Partition#end_lane",
         "Partition#conclude", "Partition#answer_filters", "Partition#waiting_metadata=",
         "Partition#take_waiting_metadata", "Partition#mark", "Partition#mark_message" do
    features = { lanes: true, filtering: true, manual_offsets: false, timeout: 5, max_timeout: 5 }
    state = stressed { native::Partition.detached("orders", 0, features) }
    state.begin_batch(0, 2, false)
    found = stressed do
      state.register([[0, [0, 1]], [1, [2]]])
      state.waiting_metadata = "text"
      [state.take_waiting_metadata, state.mark(2, nil, "m"), state.mark_message(message, nil),
       state.done_in_batch]
    end
    state.begin_lane
    asked = stressed { [state.end_lane(:succeeded), state.end_lane(:succeeded)] }
    wish = stressed { state.answer_filters([[:pause, 5, 1, nil, false]]) }
    retried = stressed { state.conclude(:after_run_failed, nil) }
    expect(found).to eq(["text", true, nil, [2]])
    expect([asked, wish, retried.first]).to eq([[nil, [:ask_filters]], [:throttle, 1, 5], :retry])
  end

  drives "Jobs.new", "Jobs#push", "Jobs#lock", "Jobs#clear", "Jobs#empty?", "Jobs#wait", "Jobs#drain",
         "Jobs#counts", "Jobs#pop", "Switch.new", "Gate.new", "Gate#pass" do
    jobs, gate = stressed do
      native::Switch.new(true)
      [native::Jobs.new, native::Gate.new]
    end
    pass = stressed { gate.pass }
    found = stressed do
      [jobs.push("group", 1, true), jobs.lock("group", 2, true), jobs.counts, jobs.wait("group", 1),
       jobs.pop, jobs.complete(1),
       jobs.clear("group"), jobs.drain("group", 1), jobs.empty?("group")]
    end
    expect(found).to eq([true, true, [0, 1, 1], false, 1, nil, nil, true, true])
    expect([pass.enter, gate.count, pass.leave]).to eq([true, 1, nil])
  end
end
