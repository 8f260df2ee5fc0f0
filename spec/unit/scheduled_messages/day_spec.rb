# frozen_string_literal: true

require_relative "schedules_context"

RSpec.describe Karafka::ScheduledMessages::Day do
  subject(:day) { described_class.new(noon) }

  include_context "with schedules"

  def take(*records) = records.each { |record| day.take(record) }

  def due(limit = 100, now: noon, **given)
    day.due(limit, now:, **given).map do |record|
      [record.key, record.offset]
    end
  end

  it "hands out what is due, the earliest first, those of one second as they came" do
    take(schedule(0, noon - 1, key: "b"), schedule(1, noon - 9, key: "c"), schedule(2, noon - 1, key: "a"),
         schedule(3, noon, key: "d"), schedule(4, noon + 1, key: "e"))

    expect(due).to eq([["c", 1], ["b", 0], ["a", 2], ["d", 3]])
    expect(due(2)).to eq([["c", 1], ["b", 0]])
    expect(due(now: noon + 1).last).to eq(["e", 4])
  end

  it "leaves out what was refused" do
    records = [schedule(0, noon, key: "a"), schedule(1, noon, key: "b")]
    take(*records)
    expect(due(without: [records.first])).to eq([["b", 1]])
  end

  it "keeps the newest version of a key, whichever is due earlier" do
    take(schedule(0, noon - 5), schedule(1, noon - 1), schedule(2, noon - 9))
    expect(due).to eq([["k", 2]])
  end

  it "forgets what is cancelled, and takes what is scheduled again after it" do
    take(schedule(0), tombstone(1))
    expect(due).to be_empty
    take(schedule(2))
    expect(due).to eq([["k", 2]])
  end

  it "keeps today's only, to the last second, and counts later days" do
    take(schedule(0, midnight - 1, key: "a"), schedule(1, midnight, key: "b"),
         schedule(2, midnight + 86_400, key: "c"), schedule(3, midnight + 86_401, key: "d"))

    expect(due(now: midnight + 999_999)).to eq([["a", 0]])
    expect(day.counts).to eq("2023-11-15" => 1, "2023-11-16" => 1, "2023-11-17" => 2)
  end

  it "drops today's version when the message moves to a later day" do
    take(schedule(0), schedule(1, midnight))
    expect(due).to be_empty
    expect(day.counts).to eq("2023-11-15" => 0, "2023-11-16" => 1)
  end

  it "is over at midnight UTC" do
    expect([midnight - 1, midnight].map { |now| day.over?(now) }).to eq([false, true])
    expect(described_class.new(midnight).over?(midnight)).to be(false)
  end

  describe "a version that came between a dispatch and its tombstone" do
    def dispatch(record)
      take(record)
      day.dispatched(record)
    end

    def orphans = day.orphans.map(&:offset)

    it "has to be written once more, and is not handed out until it came" do
      dispatch(schedule(0))
      take(schedule(1), tombstone(2, of: 0))
      expect([orphans, due]).to eq([[1], []])
      day.orphans_saved
      take(schedule(3))
      expect([orphans, due]).to eq([[], [["k", 3]]])
    end

    it "has to be written once more if it is for a later day" do
      dispatch(schedule(0))
      take(schedule(1, midnight), tombstone(2, of: 0))
      expect(day.orphans.map(&:again)).to eq(
        [{ topic: "later", partition: 2, key: "k", payload: "p1", headers: headers_of(midnight) }]
      )
    end

    it "is found when all is read from the beginning, unless it was written once more already" do
      take(schedule(0), schedule(1), tombstone(2, of: 0))
      expect(orphans).to eq([1])
      take(schedule(3))
      expect([orphans, due]).to eq([[], [["k", 3]]])
      take(tombstone(4, of: 3))
      expect([orphans, due]).to eq([[], []])
    end

    it "goes with a cancellation" do
      dispatch(schedule(0))
      take(schedule(1), tombstone(2, of: 0), tombstone(3))
      expect(orphans).to be_empty
    end
  end

  it "is left alone by the tombstone of what was dispatched" do
    record = schedule(0)
    take(record)
    day.dispatched(record)
    take(tombstone(1, of: 0))
    expect([day.orphans, due]).to eq([[], []])
  end
end
