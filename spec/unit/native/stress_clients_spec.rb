# frozen_string_literal: true

require_relative "stress_clients"

RSpec.describe "Native consumers and admin clients under stress and compaction of the collector",
               :native, :stressed do
  include_context "with stressed clients"
  # Something to tell at once.
  let(:talking) { { "statistics.interval.ms": 10 } }

  it "are all driven by an example, or make and keep nothing" do
    expect(StressedCalls.wanted(:clients)).to match_array(self.class.driven)
  end

  drives "Connection.new", "Connection#name", "Connection#subscribe", "Connection#poll",
         "Connection#rebalance", "Rebalance#partitions", "Rebalance#error", "Connection#answer",
         "Connection#assignment", "Connection#group_metadata", "Connection#partition",
         "Connection#known_partition", "Connection#pause", "Connection#hold", "Connection#resume",
         "Connection#lift_pauses", "Connection#due_ticks", "Connection#seek", "Connection#commit",
         "Connection#committed", "Connection#watermarks", "Connection#offsets_for_times",
         "Connection#withdraw_marks" do
    name = filled("a", "b")
    connection = stressed { native::Connection.new(settings("auto.offset.reset": "earliest")) }
    undo { connection.close(100) }
    stressed { connection.subscribe([name]) }
    asked = []
    batches = []
    until batches.sum(&:size) == 2
      batches.concat(stressed { connection.poll(10, 100, nil) }.first)
      while (rebalance = stressed { connection.rebalance })
        asked << stressed { [rebalance.partitions, rebalance.error] }
        stressed { connection.answer(rebalance, 1_000) }
      end
    end
    state = stressed { connection.partition(name, 0, NativeSpecs::FEATURES) }
    stressed { [connection.group_metadata, connection.name] }
    found = stressed do
      [connection.assignment, connection.pause(name, 0, 1), connection.hold(name, 0),
       connection.resume(name, 0), connection.seek(name, 0, 0), connection.watermarks(name, 0, 5_000),
       connection.known_partition(name, 1), connection.due_ticks]
    end
    expect(asked).to eq([[[[name, 0]], nil]])
    expect(found).to eq([[[name, 0]], true, true, true, nil, [0, 2], nil, []])
    state.begin_batch(0, 1, false)
    state.mark(0, nil, nil)
    state.pause(0, false)
    expect(stressed { connection.lift_pauses }).to eq([[name, 0]])
    expect(stressed { connection.commit(true, 5_000) }).to be(true)
    expect(stressed { connection.committed([[name, 0]], 5_000) }.first.first(3)).to eq([name, 0, 1])
    expect(stressed { connection.offsets_for_times([[name, 0, 0]], 5_000) }.first.first(2)).to eq([name, 0])
    stressed { connection.withdraw_marks(name, 0) }
  end

  drives "Reader.new", "Reader#assign", "Reader#poll", "Reader#assignment", "Reader#position",
         "Reader#pause", "Reader#resume", "Reader#seek", "Reader#store", "Reader#commit",
         "Reader#commit_async", "Reader#committed", "Reader#watermarks", "Reader#offsets_for_times",
         "Reader#metadata", "Reader#subscribe", "Reader#subscription", "Reader#name", "Reader#close",
         "Admin.new", "Admin#metadata", "Admin#name", "Admin#close" do
    name = filled("a", "b")
    reader, admin = stressed do
      [native::Reader.new(settings("enable.auto.offset.store": false)),
       native::Admin.new({ "bootstrap.servers": address })]
    end
    stressed { reader.assign([[name, 0, 0]]) }
    read = []
    read.concat(stressed { reader.poll(1_000, 10) }) until read.size >= 2
    found = stressed do
      reader.seek([[name, 0, 1]], 5_000)
      reader.pause([[name, 0]])
      reader.resume([[name, 0]])
      reader.store([[name, 0, 1]])
      reader.commit([[name, 0, 1]], 5_000)
      reader.commit_async([[name, 0, 2]])
      [reader.assignment, reader.position([[name, 0]]), reader.committed([[name, 0]], 5_000),
       reader.watermarks(name, 0, 5_000), reader.offsets_for_times([[name, 0, 0]], 5_000)]
    end
    stressed { [reader.name, admin.name, reader.subscribe([name]), reader.subscription] }
    expect(read.map { |record| record.values_at(0, 3, 6) }).to include([:record, 0, "a"], [:record, 1, "b"])
    expect([*found.first(3), found.last].map { |list| list.first.first(2) }).to eq([[name, 0]] * 4)
    expect(stressed { [reader.metadata(name, 5_000), admin.metadata(name, 5_000)] }
      .map { |metadata| metadata.last.first.first }).to eq([name] * 2)
    stressed { [reader.close(1_000), admin.close(1_000)] }
  end

  drives "Connection#event", "Reader#event", "Admin#event", "Connection#set_token", "Reader#set_token",
         "Admin#set_token" do
    clients = stressed do
      [native::Connection.new(settings(**talking)), native::Reader.new(settings(**talking)),
       native::Admin.new(settings(**talking).except(:"group.id"))]
    end
    undo { clients.each { |one| one.close(100) } }
    events = clients.map { |one| await("an event") { stressed { one.event(100) } } }
    expect(events.map(&:first)).to all(be_a(Symbol))
    refused = stressed do
      clients.map do |one|
        one.set_token("token", 0, "me", [])
      rescue StandardError => e
        e
      end
    end
    expect(refused).to all(be_a(StandardError))
  end
end
