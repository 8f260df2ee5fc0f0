# frozen_string_literal: true

require "waterdrop"

module Karafka
  module Testing
    # Keeps the app's producer from connecting.
    module ProducerStub
      class << self
        # What is sent between examples goes nowhere. A producer that has a client in this process keeps it.
        #
        # @param producer [WaterDrop::Producer]
        def idle(producer)
          return if producer.instance_variable_get(:@client) &&
                    producer.instance_variable_get(:@pid) == ::Process.pid

          producer.instance_variable_set(:@client_epoch, nil)
          producer.instance_variable_set(:@client, ::WaterDrop::Clients::Dummy.new(producer))
          producer.instance_variable_set(:@pid, ::Process.pid)
        end

        # For suites without a library of stubs.
        #
        # @param producer [WaterDrop::Producer]
        # @param client [SpecProducerClient] what it sends through until {restore}
        def swap(producer, client)
          producer.define_singleton_method(:client) { client }
        end

        # @param producer [WaterDrop::Producer]
        def restore(producer)
          producer.singleton_class.send(:remove_method, :client)
        end
      end
    end
  end
end
