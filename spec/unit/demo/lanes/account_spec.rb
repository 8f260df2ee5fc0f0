# frozen_string_literal: true

require_relative "../../../../bin/support/demo/lanes/account"
require_relative "../../../../bin/support/demo/lanes/payments"

RSpec.describe "The account of bin/demo lanes" do
  # Four payments at offsets 0 to 3, the third of which cannot be made.
  def account(paid: [0, 1, 3], committed: 4, letters: [2], changed: 0, overtaken: 0, trouble: nil)
    sent = (0..3).to_h { |number| [number, Demo::Lanes::Payments::Sent.new(number, "a", 1)] }
    books = double(paid: paid.tally, changed:, overtaken:)
    Demo::Lanes::Account.new(8, double(sent:, poison: 2), books, committed:, letters:, trouble:)
  end

  it "is complete when each payment came once and the bad one is a dead letter" do
    expect(account).to be_complete
    expect(account).to be_fine
    expect([account.lost, account.twice, account.left, account.again]).to eq([0, 0, 0, 0])
  end

  it "is fine when it was stopped, and says what is left and what would come again" do
    early = account(paid: [0, 1, 3], committed: 2, letters: [])
    expect(early).to be_fine
    expect(early).not_to be_complete
    expect([early.left, early.again]).to eq([2, 1])
  end

  {
    "a payment was lost" => [{ paid: [0, 3] }, :lost],
    "the bad one is nowhere" => [{ letters: [] }, :lost],
    "a payment was made twice" => [{ paid: [0, 1, 1, 3] }, :twice],
    "a dead letter came twice" => [{ letters: [2, 2] }, :twice],
    "a dead letter was paid as well" => [{ paid: [0, 1, 2, 3] }, :twice]
  }.each do |fault, (state, figure)|
    it "is not fine when #{fault}" do
      expect(account(**state)).not_to be_fine
      expect(account(**state).public_send(figure)).to eq(1)
    end
  end

  {
    "a payment was changed" => { changed: 1 }, "a payment overtook its customer's" => { overtaken: 1 },
    "Kafka could not be asked" => { committed: nil }, "the app died" => { trouble: "It died." }
  }.each do |fault, state|
    it("is not fine when #{fault}") { expect(account(**state)).not_to be_fine }
  end

  it "claims nothing about what Kafka did not say" do
    silent = account(committed: nil, letters: [])
    expect([silent.lost, silent.left, silent.again]).to eq([nil, nil, nil])
    expect(silent).not_to be_complete
  end

  it "is not complete when the wrong payment is a dead letter, or when not all is committed" do
    expect(account(paid: [0, 2, 3], letters: [1])).not_to be_complete
    expect(account(committed: 3)).not_to be_complete
  end
end
