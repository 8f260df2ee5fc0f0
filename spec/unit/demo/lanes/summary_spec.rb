# frozen_string_literal: true

require_relative "../../../../bin/support/demo/lanes/summary"

RSpec.describe "The summary of bin/demo lanes" do
  def account(lanes: 1, seconds: 12.0, fine: true, complete: true, trouble: nil, committed: 1_600)
    books = double(changed: 0, overtaken: 0, seconds:, waited: 2.0)
    double(lanes:, books:, fine?: fine, complete?: complete, trouble:, committed:, sent: 1_600, paid: 1_599,
           letters: 1, lost: 0, twice: 0, left: 0, again: 0)
  end

  def summary(*accounts, stopped: false)
    Demo::Lanes::Summary.new(accounts, stopped:)
  end

  it "is content when both acts are, and compares them" do
    both = summary(account, account(lanes: 8, seconds: 3.0))
    expect(both).to be_fine
    expect(both.to_s).to include("exactly once", "8 lanes were 4.0 times as fast as one, 10.0 times without")
    expect(both.to_s).to match(/^ +1 lane +8 lanes$/).and match(/^  committed offset +1,600 +1,600$/)
  end

  it "is content with what was stopped, and claims no more" do
    early = summary(account(complete: false), stopped: true)
    expect(early).to be_fine
    expect(early.to_s).to include("Stopped early.")
    expect(early.to_s).not_to include("exactly once")
    expect(summary(stopped: true).to_s).to eq("\nStopped before the first payment.")
  end

  it "is not when an act is not, when it broke off, or when Kafka said nothing" do
    wrong = summary(account, account(lanes: 8, fine: false))
    expect(wrong).not_to be_fine
    expect(wrong.to_s).to include("SOMETHING IS WRONG")
    expect(summary(account(complete: false))).not_to be_fine
    died = summary(account(fine: false, trouble: "It died.", committed: nil))
    expect(died.to_s).to include("not known").and end_with("It died.")
  end
end
