# frozen_string_literal: true

require_relative "../../../../bin/support/demo/lanes/strip"

RSpec.describe "The strip of bin/demo lanes" do
  def strip(size, committed, paid, letters = [])
    Demo::Lanes::Strip.new(size).draw(committed, paid.tally, letters.tally)
  end

  it "shows each offset of a short partition" do
    expect(strip(6, 2, [0, 1, 3, 5], [4])).to eq("[##.+x+]")
    expect(strip(3, 3, [0, 1, 2])).to eq("[###]")
    expect(strip(3, nil, [])).to eq("[...]")
  end

  it "puts offsets together where there are many, and calls none done before all of them are" do
    expect(strip(120, 3, [0, 1, 2, 3, 4])).to eq("[#+#{"." * 58}]")
  end
end
