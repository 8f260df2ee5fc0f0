# frozen_string_literal: true

require "json"
require_relative "../../../examples/demo/app/receipts"

RSpec.describe Receipts do
  subject(:receipts) { described_class.send(:new) }

  def order(offset, number)
    payload = JSON.generate(order: number)
    double(offset:, raw_payload: payload, payload: { "order" => number })
  end

  it "counts what came and adds up its checksums, whatever the order" do
    receipts.take(0, [order(0, 0), order(1, 2)])
    receipts.take(1, [order(0, 1)])
    expect(receipts.total).to eq(3)
    expect(receipts.checksum).to eq((0..2).sum { |number| Zlib.crc32(JSON.generate(order: number)) })
    expect(receipts.lost(0...3)).to eq(0)
    expect(receipts.doubled).to eq(0)
  end

  it "misses what did not come" do
    receipts.take(0, [order(0, 0), order(1, 200_000)])
    expect(receipts.lost(0...3)).to eq(2)
    expect(receipts.lost(0...200_002)).to eq(200_000)
  end

  it "notices what comes twice, also on another partition" do
    receipts.take(0, [order(0, 0)])
    receipts.take(1, [order(0, 0)])
    expect(receipts.doubled).to eq(1)
  end

  it "notices gaps and steps back in the offsets of a partition" do
    receipts.take(0, [order(5, 0), order(6, 1), order(8, 2)])
    receipts.take(0, [order(7, 3)])
    receipts.take(1, [order(0, 4)])
    expect(receipts.partitions.transform_values(&:gaps)).to eq({ 0 => 2, 1 => 0 })
  end

  it "wakes whoever waits for orders" do
    waiter = Thread.new { receipts.await(10) { |total| total >= 2 } }
    receipts.take(0, [order(0, 0)])
    receipts.take(0, [order(1, 1)])
    expect(waiter.value).to be(true)
    expect(receipts.await(0.01) { |total| total >= 3 }).to be(false)
  end
end
