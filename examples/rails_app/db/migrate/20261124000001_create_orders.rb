# frozen_string_literal: true

class CreateOrders < ActiveRecord::Migration[6.1]
  def change
    create_table :orders do |table|
      table.integer :number, null: false, index: { unique: true }
      table.string :customer, null: false
      table.integer :cents, null: false
      table.datetime :paid_at
      table.datetime :receipt_at
      table.timestamps
    end
  end
end
