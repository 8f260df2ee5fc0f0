# frozen_string_literal: true

require_relative "../../../bin/support/demo/table"

RSpec.describe "Tables of bin/demo" do
  it "separates thousands" do
    { 0 => "0", 999 => "999", 1_000 => "1,000", 1_234_567 => "1,234,567", -1_000 => "-1,000", "a" => "a" }
      .each { |value, text| expect(Demo::Table.number(value)).to eq(text) }
  end

  it "aligns columns to the right" do
    expect(Demo::Table.of(%w[partition behind], [[0, 1_000_000], [11, 2]]))
      .to eq(["  partition      behind", "          0   1,000,000", "         11           2"])
  end
end
