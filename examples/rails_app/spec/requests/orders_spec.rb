# frozen_string_literal: true

require "rails_helper"

RSpec.describe "Orders" do
  it "hands an order to Kafka" do
    post "/orders", params: { number: 3, customer: "ada", cents: 250 }

    expect(response).to have_http_status(:accepted)
    expect(karafka.produced_messages.first).to include(topic: "shop.orders", key: "ada")
  end

  it "lists what is in the database" do
    Order.create!(number: 7, customer: "ada", cents: 250)
    get "/orders"

    expect(response.parsed_body.map { |order| order["number"] }).to eq([7])
  end
end
