# frozen_string_literal: true

require_relative "stress_clients"

RSpec.describe "Native producers under stress and compaction of the collector", :native, :stressed do
  include_context "with stressed clients"

  it "are all driven by an example, or make and keep nothing" do
    expect(StressedCalls.wanted(:producers)).to match_array(self.class.driven)
  end

  drives "Broker.start", "Broker#bootstrap_servers", "Broker#create_topic" do
    broker = stressed { native::Broker.start(1) }
    undo { broker.stop }
    expect(stressed { [broker.create_topic("orders", 1), broker.bootstrap_servers] })
      .to match([nil, /\A127.0.0.1:\d+\z/])
  end

  drives "Native.validate_kafka", "Native.librdkafka_version", "Native.error_table", "Native.epoch",
         "Native.public_key_problem", "Native.private_key_problem", "Native.same?",
         "Native.prepare_acknowledgement", "Native.prepare_delivery_handle" do
    # Done for good when their classes were loaded: what is no such class is refused.
    prepared = stressed do
      [-> { native.prepare_acknowledgement(nil) }, lambda {
                                                     native.prepare_delivery_handle(nil)
                                                   }].map do |prepare|
        prepare.call
      rescue TypeError => e
        e.class
      end
    end
    found = stressed do
      [native.validate_kafka({ "no.such": "x" }), native.librdkafka_version,
       native.public_key_problem("x", true), native.private_key_problem("x"), native.same?("a", "a"),
       native.epoch]
    end
    expect(prepared).to eq([TypeError, TypeError])
    expect(found.first(4)).to all(be_a(String))
    # Hundreds of rows.
    expect(stressed(StressedCalls::YOUNG) { native.error_table }).to include(a_collection_including(-185))
  end

  drives "Producer.new", "Producer#produce", "Producer.dispatch", "Producer#name", "Producer#take_label",
         "Producer#drain", "Producer#partition_count", "Producer#learn_partition_count", "Producer#destroy",
         "DeliveryHandle#delivery_id", "DeliveryHandle#topic", "DeliveryHandle#broker_message",
         "DeliveryHandle#released?", "DeliveryHandle.settled", "Deliveries#rows",
         "Deliveries#release_all" do
    producer = client
    handles = stressed do
      [producer.produce(topic:, payload: "p", key: "k", headers: { "a" => "b" }, label: "one"),
       native::Producer.dispatch(producer, { topic:, payload: "q", label: "two" })]
    end
    deliveries = delivered(producer)
    rows = stressed { deliveries.rows.tap { deliveries.release_all } }
    read = stressed { handles.map { |one| [one.topic, one.released?, one.broker_message, one.delivery_id] } }
    expect(rows.map { |row| row.first(2) }.uniq).to eq([[topic, 0]])
    expect(read.map { |row| row.first(3) }).to eq([[topic, true, nil]] * 2)
    expect(stressed { read.map { |row| producer.take_label(row.last) } }).to eq(%w[one two])
    counted = stressed do
      producer.learn_partition_count("known", 3)
      [producer.partition_count("known"), producer.name]
    end
    expect(counted).to match([3, /producer/])
    expect(stressed { Rdkafka::Producer::DeliveryHandle.settled("orders", 0, 1, 0).topic }).to eq("orders")
    expect(stressed { producer.destroy }).to be_an(Array)
  end

  drives "Deliveries#each_event", "Acknowledgement#[]", "Shortcut.new", "Shortcut#dispatch",
         "Shortcut#dispatch_many", "Poller.new", "Poller#register", "Poller#poll" do
    producer = client(observed: true)
    monitor = WaterDrop::Instrumentation::Monitor.new
    shortcut = stressed { native::Shortcut.new(native::Gate.new, native::Switch.new(false), monitor, 1_000) }
    poller = stressed { native::Poller.new.tap { |made| made.register(7, producer) } }
    handles = []
    first = stressed do
      shortcut.dispatch_many(producer, [{ topic:, payload: "p" }], handles)
      shortcut.dispatch(producer, { topic:, payload: "q" })
    end
    offsets = []
    await("both") do
      stressed { poller.poll(100, 10) }.each do |_, (kind, deliveries)|
        next unless kind == :delivered

        stressed do
          deliveries.each_event("me", native::Switch.new(true)) do |event|
            offsets << event[:offset]
          end
        end
        deliveries.release_all
      end
      offsets.size == 2
    end
    poller.unregister(7)
    expect([first, *handles]).to all(be_a(Rdkafka::Producer::DeliveryHandle))
    expect(offsets.sort).to eq([0, 1])
  end

  drives "Deliveries#broker_message", "Producer#fatal_error", "Producer#trigger_fatal_error" do
    # Where no broker answers, no topic is known to lack the partition before the message waits.
    producer = client(observed: true, "bootstrap.servers": "127.0.0.1:1", "enable.idempotence": true,
                      "message.timeout.ms": 500)
    stressed { producer.produce(topic:, payload: "p", partition: 99) }
    deliveries = delivered(producer)
    expect(stressed { deliveries.broker_message(0) }).to be_nil.or be_a(String)
    deliveries.release_all
    expect(stressed { [producer.trigger_fatal_error(46, "why"), producer.fatal_error] })
      .to match([0, [46, /why/]])
  end

  drives "Producer#init_transactions", "Producer#send_offsets", "Producer#commit_transaction_within",
         "Producer#abort_transaction_within", "Producer#set_token" do
    producer = client("transactional.id": "t#{rand(1 << 64)}")
    connection = native::Connection.new(settings)
    undo { connection.close(100) }
    stressed { producer.init_transactions(10_000) }
    producer.begin_transaction
    stressed { producer.send_offsets([[topic, 0, 1, "text"]], connection.group_metadata, 10_000) }
    expect(stressed { producer.commit_transaction_within(10_000) }).to be_nil
    producer.begin_transaction
    expect(stressed { producer.abort_transaction_within(10_000) }).to be_nil
    expect { stressed { producer.set_token("token", 0, "me", []) } }.to raise_error(Rdkafka::RdkafkaError)
  end
end
