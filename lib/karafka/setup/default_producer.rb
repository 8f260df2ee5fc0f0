# frozen_string_literal: true

module Karafka
  module Setup
    # The producer that an app gets when it assigned none.
    module DefaultProducer
      class << self
        # @param config [Core::Configurable::Node] of the app
        # @return [WaterDrop::Producer] configured, not connected
        def build(config)
          listener = config.oauth.token_provider_listener
          ::WaterDrop::Producer.new do |producer_config|
            producer_config.kafka = kafka(config)
            producer_config.logger = config.logger
            producer_config.oauth.token_provider_listener = listener if listener
          end
        end

        private

        # A copy: what is done to the producer must not reach consumers.
        def kafka(config)
          DefaultsInjector.producer(AttributesMap.producer(config.kafka))
        end
      end
    end
  end
end
