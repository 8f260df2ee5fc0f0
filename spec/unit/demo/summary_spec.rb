# frozen_string_literal: true

require_relative "../../../bin/support/demo/summary"

RSpec.describe "The summary of bin/demo" do
  def summary(orders: {}, receipts: {})
    sent = { acknowledged: 1_200, checksum: 255, error: nil }.merge(orders)
    came = { total: 1_200, doubled: 0, checksum: 255, lost: 0,
             partitions: { 0 => double(gaps: 0) } }.merge(receipts)
    Demo::Summary.new(double(**sent), double(**came), 2.0)
  end

  it "is content when each order came once and unchanged" do
    expect(summary).to be_fine
    expect(summary.to_s).to include("Every order came exactly once", "1,200", "ff", "600")
  end

  it "tells a stop before the first order from a loss" do
    none = { orders: { acknowledged: 0, checksum: 0 }, receipts: { total: 0, checksum: 0 } }
    expect(summary(**none)).to be_nothing
    expect(summary(**none).to_s).to include("Nothing was produced")
    expect(summary(receipts: { total: 1 }, orders: { acknowledged: 0 })).not_to be_nothing
    expect(summary).not_to be_nothing
  end

  {
    "an order was lost" => { receipts: { lost: 1 } },
    "an order came twice" => { receipts: { doubled: 1 } },
    "a partition skipped offsets" => { receipts: { partitions: { 0 => Struct.new(:gaps).new(1) } } },
    "an order was changed" => { receipts: { checksum: 254 } },
    "more came than was sent" => { receipts: { total: 1_201 } },
    "nothing was sent" => { orders: { acknowledged: 0 } },
    "producing failed" => { orders: { error: StandardError.new("broke") } }
  }.each do |fault, state|
    it "is not when #{fault}" do
      expect(summary(**state)).not_to be_fine
      expect(summary(**state).to_s).not_to include("exactly once")
    end
  end
end
