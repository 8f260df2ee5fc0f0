# frozen_string_literal: true

module Karafka
  module Setup
    # librdkafka settings that the framework gives when the app did not. Injected for every
    # cluster: topics may have settings of their own.
    module DefaultsInjector
      # Of consumers, everywhere.
      CONSUMER = {
        "statistics.interval.ms": 5_000,
        "client.software.name": "karafka",
        "client.software.version": [VERSION, NATIVE_VERSION].join("-"),
        "max.poll.interval.ms": 300_000,
        "socket.nagle.disable": true
      }.freeze

      # Of consumers outside production: topics come and go while one develops.
      CONSUMER_OUTSIDE_PRODUCTION = {
        "allow.auto.create.topics": "true",
        "topic.metadata.refresh.interval.ms": 5_000
      }.freeze

      # Of the default producer outside production.
      PRODUCER_OUTSIDE_PRODUCTION = CONSUMER_OUTSIDE_PRODUCTION.merge("socket.nagle.disable": true).freeze

      class << self
        # @param kafka [Hash{Symbol => Object}] completed in place
        # @return [Hash] the same
        def consumer(kafka)
          inject(kafka, CONSUMER)
          inject(kafka, CONSUMER_OUTSIDE_PRODUCTION) unless Karafka.env.production?
          kafka
        end

        # @param kafka [Hash{Symbol => Object}] completed in place
        # @return [Hash] the same
        def producer(kafka)
          inject(kafka, PRODUCER_OUTSIDE_PRODUCTION) unless Karafka.env.production?
          kafka
        end

        private

        def inject(kafka, defaults)
          defaults.each { |name, value| kafka[name] = value unless kafka.key?(name) }
        end
      end
    end
  end
end
