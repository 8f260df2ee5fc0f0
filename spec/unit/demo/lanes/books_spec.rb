# frozen_string_literal: true

require_relative "../../../../bin/support/demo/lanes/books"
require_relative "../../../../bin/support/demo/lanes/payments"

RSpec.describe "The books of bin/demo lanes" do
  subject(:books) { Demo::Lanes::Books.new(double(sent:)) }

  let(:sent) { (0..3).to_h { |number| [number, Demo::Lanes::Payments::Sent.new(number, "a", 7)] } }

  def paid(offset, key: "a", crc: 7, lane: 1)
    books.write(event: "paid", lane:, offset:, key:, crc:)
  end

  before { books.write(event: "run", lane: 1, payments: 4, collapsed: false) }

  it "count payments by offset and lane" do
    [0, 1, 1].each { |offset| paid(offset) }
    expect(books.paid).to eq({ 0 => 1, 1 => 2 })
    expect(books.lanes[1].to_h).to include(paid: 3, offset: 1, now: "works", key: "a")
    expect(books).not_to be_complete
  end

  it "are complete once each payment was made or given up" do
    [0, 1, 3].each { |offset| paid(offset) }
    books.write(event: "letter", lane: 1, offset: 2)
    expect(books).to be_complete
  end

  it "notice what was changed and what came after a later one of its customer" do
    paid(1)
    paid(0)
    paid(2, crc: 8)
    paid(9, key: "b")
    expect([books.changed, books.overtaken]).to eq([2, 1])
  end

  it "keep an error of a connection in one line and once" do
    error = { event: "error", type: "librdkafka.error", lane: nil, text: "all down\n1/1 brokers\n" }
    2.times { books.write(error) }
    expect(books.notes).to eq(["librdkafka.error: all down: 1/1 brokers"])
  end

  it "count the time from the end of a failed run to the next one" do
    books.write(event: "run", lane: 2, payments: 1, collapsed: false)
    books.write(event: "error", lane: 1, type: "consumer.consume.error", text: "no amount")
    allow(Process).to receive(:clock_gettime).and_return(100.0)
    books.write(event: "rest", lane: 2)
    allow(Process).to receive(:clock_gettime).and_return(103.0)
    books.write(event: "run", lane: 1, payments: 1, collapsed: true)
    expect(books.waited).to eq(3.0)
    expect(books.lanes[1].now).to eq("works alone")
  end
end
