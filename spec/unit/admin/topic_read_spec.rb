# frozen_string_literal: true

require_relative "admin_doubles"

RSpec.describe Karafka::Admin::TopicRead, :fresh_app do
  include AdminDoubles

  # A partition with records at some offsets, whose end is `high`.
  let(:reader_class) do
    Struct.new(:low, :high, :offsets, :failures) do
      attr_reader :assigned

      def query_watermark_offsets(_topic, _partition) = [low, high]

      def offsets_for_times(list)
        time = list.to_h.fetch("t").first.offset
        found = Rdkafka::Consumer::Partition.new(0, time.to_i < 100 ? 2 : nil)
        Rdkafka::Consumer::TopicPartitionList.new("t" => [found])
      end

      def assign(list)
        @assigned = list.to_h.fetch("t").first.offset
        @left = offsets.select { |offset| offset >= @assigned }.map { |offset| [:record, "t", 0, offset] }
        @left << [:eof, "t", 0, high]
      end

      def poll_many(_timeout, _limit) = [failures&.shift || @left.shift].compact
      def message(record) = record[2]
    end
  end

  def read(low, high, offsets, count, start, failures: nil)
    @reader = reader_class.new(low, high, offsets, failures)
    described_class.new(AdminDoubles::Lender.new(reader: @reader), :t, 0, {}).call(count, start)
  end

  it "takes the last messages for -1, and so many further back for lower numbers" do
    expect(read(0, 10, (0..9), 3, -1)).to eq([7, 8, 9])
    expect(read(0, 10, (0..9), 3, -3)).to eq([5, 6, 7])
    expect(read(0, 10, (0..9), 10, -1)).to eq([*0..9])
  end

  it "starts at the first message there is when that lies before it" do
    expect(read(0, 5, (0..4), 3, -5)).to eq([0, 1, 2])
    expect(read(0, 5, (0..4), 9, -1)).to eq([*0..4])
    expect(read(4, 10, (4..9), 3, 2)).to eq([4])
    expect(read(4, 10, (4..9), 8, -1)).to eq([*4..9])
  end

  it "counts offsets that have no record any more" do
    expect(read(0, 10, [0, 1, 7, 9], 4, -1)).to eq([7, 9])
    expect(read(0, 10, [0, 1, 9], 2, 1)).to eq([1])
    expect(read(0, 10, [0, 1], 5, -1)).to eq([])
  end

  it "reads nothing without assigning anything when the range is empty" do
    [[3, -1, 0, 0], [0, 2, 0, 9], [2, 9, 0, 9], [2, 100, 0, 9]].each do |count, start, low, high|
      expect(read(low, high, (low...high), count, start)).to eq([])
      expect(@reader.assigned).to be_nil
    end
  end

  it "starts at a time, and reads nothing from a time after the end" do
    expect(read(0, 5, (0..4), 2, Time.at(50))).to eq([2, 3])
    expect(read(0, 5, (0..4), 2, Time.at(500))).to eq([])
  end

  it "refuses another start" do
    ["earliest", nil, 1.5].each do |start|
      expect { read(0, 5, (0..4), 2, start) }.to raise_error(ArgumentError, /#{Regexp.escape(start.inspect)}/)
    end
  end

  it "reads on after transient failures, and raises the others" do
    expect(read(0, 3, (0..2), 3, 0, failures: [[:error, error(-195)]])).to eq([0, 1, 2])
    expect { read(0, 3, (0..2), 3, 0, failures: [[:error, error(29)]]) }.to raise_error(Rdkafka::RdkafkaError)
  end

  it "gives up when nothing comes any more" do
    Karafka::App.config.admin.max_wait_time = 20
    reader = reader_class.new(0, 3, [0, 1, 2])
    allow(reader).to receive(:poll_many).and_return([])

    expect { described_class.new(AdminDoubles::Lender.new(reader:), "t", 0, {}).call(3, 0) }
      .to raise_error(Rdkafka::AbstractHandle::WaitTimeoutError, %r{t/0})
  end
end
