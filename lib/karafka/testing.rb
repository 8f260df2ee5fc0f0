# frozen_string_literal: true

module Karafka
  # What users' own test suites use. Loads without the rest of the framework.
  module Testing
    autoload :Broker, "karafka/testing/broker"
    autoload :BuiltConsumer, "karafka/testing/built_consumer"
    autoload :ClientOwnership, "karafka/testing/client_ownership"
    autoload :Delivery, "karafka/testing/delivery"
    autoload :Errors, "karafka/testing/errors"
    autoload :Example, "karafka/testing/example"
    autoload :Helpers, "karafka/testing/helpers"
    autoload :LiveApp, "karafka/testing/live_app"
    autoload :Minitest, "karafka/testing/minitest"
    autoload :ProducerStub, "karafka/testing/producer_stub"
    autoload :Proxy, "karafka/testing/proxy"
    autoload :RSpec, "karafka/testing/rspec"
    autoload :SpecConsumerClient, "karafka/testing/spec_consumer_client"
    autoload :SpecProducerClient, "karafka/testing/spec_producer_client"

    class << self
      # @raise [Errors::KarafkaNotLoadedError] there is no `Karafka::App`
      def ensure_karafka_loaded!
        return if defined?(::Karafka::App)

        raise Errors::KarafkaNotLoadedError, "require \"karafka\" before the helpers are used"
      end

      # @raise [Errors::KarafkaNotLoadedError] there is no `Karafka::App`
      # @raise [Errors::KarafkaNotInitializedError] `Karafka::App.setup` was not called
      def ensure_karafka_initialized!
        ensure_karafka_loaded!
        return unless ::Karafka::App.initializing?

        raise Errors::KarafkaNotInitializedError,
              "load the boot file, which calls Karafka::App.setup, before the examples run"
      end
    end
  end
end
