# frozen_string_literal: true

require_relative "admin_helper"

# Values that cross the border to Ruby, while the collector runs at every allocation and moves what it
# can.
RSpec.describe Karafka::Native, "admin values under the garbage collector" do
  include AdminExamples

  # Where there is one thread alone, Ruby makes one more for each native wait that may be interrupted. Under
  # stress what is left of it is collected by the next attempt, as an interrupt, before the wait has begun.
  before do
    company = Thread.new { sleep }
    cleanups << -> { company.kill.join }
  end

  def stressed
    GC.stress = true
    yield
  ensure
    GC.stress = false
  end

  it "hands over messages, metadata, offsets and configuration intact" do
    topic = create_topic("garbage", partitions: 2)
    peer.produce(topic, Array.new(20) do |n|
                          { payload: "p#{n}", key: "k#{n}", headers: { "h" => "v#{n}" }, partition: 0 }
                        end)
    reader = described_class::Reader.new(
      { "bootstrap.servers": kafka, "group.id": unique("group"), "enable.partition.eof": true }
    )
    client = described_class::Admin.new({ "bootstrap.servers": kafka })
    read = []

    stressed do
      reader.assign([[topic, 0, 0]])
      read.concat(reader.poll(10_000, 20)) until read.size >= 21
    end
    entries = stressed { client.describe_configs([[2, topic]], 10_000) }.first.last
    metadata = stressed { reader.metadata(topic, 10_000) }
    found = stressed { client.list_offsets([[topic, 0, -1], [topic, 1, -1]], nil, 10_000) }
    if GC.respond_to?(:verify_compaction_references)
      GC.verify_compaction_references(toward: :empty,
                                      double_heap: false)
    end

    expect(read.first(20).map { |record| record.values_at(0, 3, 5, 6, 7) }).to eq(
      Array.new(20) { |n| [:record, n, "k#{n}", "p#{n}", [["h", "v#{n}"]]] }
    )
    expect(read.last).to eq([:eof, topic, 0, 20])
    expect(entries.map(&:first)).to include("retention.ms", "cleanup.policy")
    expect(metadata.last.first.first).to eq(topic)
    expect(found.map { |row| row.first(3) }).to contain_exactly([topic, 0, 20], [topic, 1, 0])
  ensure
    reader&.close(10_000)
    client&.close(10_000)
  end

  it "hands over what became of changes, and of those that are refused" do
    topic = unique("changed")
    client = described_class::Admin.new({ "bootstrap.servers": kafka })
    filter = [1, nil, 1, nil, nil, 1, 1]
    done = stressed do
      [client.create_topic(topic, 1, 1, [["retention.ms", "1000"]], 10_000),
       client.create_partitions(topic, 2, 10_000),
       client.alter_configs([[2, topic, [[:set, "retention.ms", "2000"]]]], 10_000)]
    end
    changes = [-> { client.delete_group(unique("nobody"), 10_000) },
               -> { client.describe_acls(filter, 10_000) }, -> { client.delete_acls(filter, 10_000) },
               -> { client.create_acl([2, topic, 3, "User:me", "*", 3, 3], 10_000) }]
    refused = stressed do
      changes.map do |change|
        change.call
      rescue StandardError => e
        e
      end
    end
    GC.compact

    expect(done.flatten).to include(topic)
    expect(refused[1]).to eq([])
    expect(refused.drop(2)).to all(be_a(Rdkafka::RdkafkaError))
    expect(stressed { client.delete_topic(topic, 10_000) }).to be_nil
  ensure
    client&.close(10_000)
  end

  it "frees clients that nobody closed" do
    counted = Dir.children("/proc/self/task").size
    10.times { described_class::Admin.new({ "bootstrap.servers": kafka }) }
    expect(Dir.children("/proc/self/task").size).to be > counted + 10

    await("the end of their threads") do
      GC.start
      Dir.children("/proc/self/task").size <= counted + 4
    end
  end
end
