# frozen_string_literal: true

require "karafka/testing/rspec"

module Karafka
  module Testing
    # For suites of RSpec.
    module RSpec
      # Examples with `karafka_broker: true`: the whole app on an embedded broker. A Hash in place of `true`
      # is for {Broker.start}.
      module BrokerExamples
        class << self
          # @param config [::RSpec::Core::Configuration]
          def install(config)
            wanted = { karafka_broker: :itself.to_proc }
            config.include(self, wanted)
            config.around(:each, wanted) do |example|
              options = example.metadata[:karafka_broker]
              LiveApp.with(**(options.is_a?(Hash) ? options : {})) do |app|
                @_karafka_live_app = app
                example.run
              end
            end
          end
        end

        # @return [Broker] the example's own
        def karafka_broker
          @_karafka_live_app.broker
        end

        # @see LiveApp#run_until
        def karafka_run_until(...)
          @_karafka_live_app.run_until(...)
        end
      end

      ::RSpec.configure { |config| BrokerExamples.install(config) }
    end
  end
end
