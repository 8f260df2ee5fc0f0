# frozen_string_literal: true

# What a customer ordered: placed, paid, then with a receipt. The index of the table keeps numbers unique:
# a validation would read before it writes, and SQLite refuses such a transaction while another one writes.
class Order < ApplicationRecord
  validates :number, presence: true
  validates :cents, numericality: { greater_than: 0 }

  scope :paid, -> { where.not(paid_at: nil) }
end
