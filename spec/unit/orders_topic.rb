# frozen_string_literal: true

# A topic of an app that never connects.
module OrdersTopic
  # @yield in the topic's routing, where there is more to it
  # @return [Karafka::Routing::Topic] `orders`
  def route_orders(&routing)
    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
    Karafka::App.routes.draw do
      topic(:orders) do
        consumer Class.new(Karafka::BaseConsumer)
        instance_exec(&routing) if routing
      end
    end
    Karafka::App.routes.first.topics.first
  end
end
