# frozen_string_literal: true

module Karafka
  module Setup
    # Which librdkafka properties are for which client, so that one hash serves both. The lists are
    # generated from librdkafka's own table (`rake attributes`), see {AttributesMap::Generator}.
    module AttributesMap
      autoload :Generator, "karafka/setup/attributes_map/generator"
      autoload :CONSUMER, "karafka/setup/attributes_map/properties"
      autoload :PRODUCER, "karafka/setup/attributes_map/properties"

      class << self
        # @param kafka_settings [Hash{Symbol => Object}]
        # @return [Hash{Symbol => Object}] a copy with what consumers take, in its order
        def consumer(kafka_settings)
          @consumer ||= CONSUMER.to_h { |name| [name, true] }.freeze
          kafka_settings.select { |name, _| @consumer.key?(name) }
        end

        # @param kafka_settings [Hash{Symbol => Object}]
        # @return [Hash{Symbol => Object}] a copy with what producers take, in its order
        def producer(kafka_settings)
          @producer ||= PRODUCER.to_h { |name| [name, true] }.freeze
          kafka_settings.select { |name, _| @producer.key?(name) }
        end

        # @param configuration [String, nil] path of librdkafka's CONFIGURATION.md; by default the
        #   one of the build in `target/`
        # @return [Hash{Symbol => Array<Symbol>}] lists under `:consumer` and `:producer`
        def generate(configuration = nil)
          Generator.new(configuration).call
        end
      end
    end
  end
end
