# frozen_string_literal: true

require "date"
require_relative "admin_doubles"

RSpec.describe Karafka::Admin::GroupSeek, :fresh_app do
  include AdminDoubles

  # Topic `t` with two partitions from 10 to 20, which knows times up to 100 s.
  let(:client) do
    Class.new do
      def topic(name)
        raise Rdkafka::RdkafkaError, 3 unless name == "t"

        { partitions: [{ partition_id: 0 }, { partition_id: 1 }] }
      end

      def list_offsets(rows, *)
        raise Rdkafka::RdkafkaError, -156 if rows.any? { |_, partition, _| partition > 1 }

        rows.map { |topic, partition, which| [topic, partition, which == -2 ? 10 : 20, -1, nil] }
      end
    end.new
  end
  let(:reader) do
    Class.new do
      attr_reader :committed

      def offsets_for_times(list)
        Rdkafka::Consumer::TopicPartitionList.new(
          list.to_h.transform_values do |members|
            members.map do |one|
              Rdkafka::Consumer::Partition.new(one.partition, one.offset.to_i > 100 ? nil : 15)
            end
          end
        )
      end

      def commit_offsets(list)
        @committed = list.to_h.transform_values { |own| own.to_h { |one| [one.partition, one.offset] } }
        true
      end
    end.new
  end
  let(:lender) { AdminDoubles::Lender.new(client:, reader:) }

  def seek(wanted)
    described_class.new(lender, "g").call(wanted)
    reader.committed
  end

  it "gives all partitions of a topic the same position" do
    expect(seek({ t: 5 })).to eq("t" => { 0 => 5, 1 => 5 })
    expect(lender.asked).to eq([{ "group.id": "g" }])
  end

  it "resolves both ends by the watermarks" do
    expect(seek("t" => { 0 => "earliest", 1 => :latest })).to eq("t" => { 0 => 10, 1 => 20 })
    expect(seek("t" => false)).to eq("t" => { 0 => 10, 1 => 10 })
  end

  it "resolves times; past the end is the high watermark" do
    expect(seek("t" => { 0 => Time.at(50), 1 => Time.at(500) })).to eq("t" => { 0 => 15, 1 => 20 })
  end

  it "takes the last mention of a partition" do
    expect(seek("t" => 5, t: { 1 => 7 })).to eq("t" => { 0 => 5, 1 => 7 })
  end

  it "leaves alone what has no position, and commits nothing then" do
    expect(seek("t" => { 0 => nil, 1 => 3 })).to eq("t" => { 1 => 3 })
    expect(described_class.new(lender, "g").call("t" => { 0 => -1 })).to be(true)
    expect(described_class.new(lender, "g").call({})).to be(true)
    expect(reader.committed).to eq("t" => { 1 => 3 })
  end

  it "answers what the group answered" do
    allow(reader).to receive(:commit_offsets).and_return(false)

    expect(described_class.new(lender, "g").call("t" => 1)).to be(false)
  end

  it "refuses other positions, also a DateTime" do
    [true, "middle", :middle, DateTime.now, 1.5].each do |position|
      expect { seek("t" => position) }.to raise_error(TypeError)
    end
  end

  it "names unknown topics and partitions the same way" do
    [{ "none" => 1 }, { "t" => { 9 => :latest } }].each do |wanted|
      expect { seek(wanted) }.to raise_error(Rdkafka::RdkafkaError, /unknown_topic_or_part/)
    end
  end
end
