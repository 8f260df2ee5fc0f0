# frozen_string_literal: true

module WaterDrop
  # What producers send through: Kafka, or doubles for tests.
  module Clients
    autoload :Buffered, "waterdrop/clients/buffered"
    autoload :Connection, "waterdrop/clients/connection"
    autoload :Dummy, "waterdrop/clients/dummy"
    autoload :Rdkafka, "waterdrop/clients/rdkafka"
  end
end
