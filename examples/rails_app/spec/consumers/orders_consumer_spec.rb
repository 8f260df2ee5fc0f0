# frozen_string_literal: true

require "rails_helper"

RSpec.describe OrdersConsumer do
  subject(:consumer) { karafka.consumer_for("shop.orders") }

  before do
    [{ number: 1, customer: "ada", cents: 250 }, { number: 2, customer: "bob", cents: 100 }].each do |order|
      karafka.produce(order.to_json, key: order[:customer])
    end
  end

  it "writes the orders down" do
    consumer.consume

    expect(Order.order(:number).pluck(:number, :customer, :cents)).to eq([[1, "ada", 250], [2, "bob", 100]])
  end

  it "asks for their payment" do
    consumer.consume

    payments = karafka.produced_messages.select { |message| message[:topic] == "shop.payments" }
    expect(payments).to eq(
      [{ topic: "shop.payments", key: "ada", payload: '{"number":1}' },
       { topic: "shop.payments", key: "bob", payload: '{"number":2}' }]
    )
  end

  it "takes an order that comes again for the same" do
    2.times { consumer.consume }

    expect(Order.count).to eq(2)
  end

  it "writes none down if one is broken" do
    karafka.produce({ number: 3, customer: "eve", cents: 0 }.to_json)

    expect { consumer.consume }.to raise_error(ActiveRecord::RecordInvalid)
    expect(Order.count).to eq(0)
  end
end
