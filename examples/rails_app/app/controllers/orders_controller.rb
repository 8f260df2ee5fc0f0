# frozen_string_literal: true

class OrdersController < ApplicationController
  def index
    render json: Order.order(:number).as_json(only: %i[number cents paid_at receipt_at])
  end

  # Kafka has the order when the answer is out; the database follows.
  def create
    order = params.permit(:number, :customer, :cents).to_h
    Karafka.producer.produce_sync(
      topic: "#{Shop::PREFIX}.orders", key: order.fetch("customer"), payload: order.to_json
    )
    head :accepted
  end
end
