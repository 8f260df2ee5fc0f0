# frozen_string_literal: true

require "karafka/testing/rspec"

module Karafka
  module Testing
    module RSpec
      # Include it into example groups that use `karafka`:
      #
      #   RSpec.configure { |config| config.include Karafka::Testing::RSpec::Helpers }
      module Helpers
        include Example

        class << self
          # @param base [Class] an example group
          def included(base)
            super
            define_lets(base)
            base.before(:context) do
              Testing.ensure_karafka_initialized!
              ProducerStub.idle(::Karafka.producer)
            end
            base.prepend_before do
              _karafka_start
              _karafka_stub_producer
            end
          end

          private

          def define_lets(base)
            base.let(:karafka) { Proxy.new(self) }
            base.let(:_karafka_consumer_messages) { [] }
            base.let(:_karafka_consumer_client) { SpecConsumerClient.new }
            base.let(:_karafka_producer_client) { SpecProducerClient.new(self) }
          end
        end

        private

        # An example with a broker produces to it.
        def _karafka_stub_producer
          _karafka_replace_client unless @_karafka_live_app
        end

        # Mocha adds `stubs` where a suite chose it; that it is installed says nothing.
        def _karafka_replace_client
          producer = ::Karafka.producer
          if producer.respond_to?(:stubs)
            producer.stubs(:client).returns(_karafka_producer_client)
          else
            allow(producer).to receive(:client).and_return(_karafka_producer_client)
          end
        end

        # Evaluated one by one: a subject that nobody needs is not built.
        def _karafka_named_consumers
          Enumerator.new do |named|
            named << consumer if respond_to?(:consumer)
            named << subject if _karafka_consumer_described?
          end
        end

        def _karafka_default_topic
          return consumer.topic.name if respond_to?(:consumer)

          described = subject if _karafka_consumer_described?
          described = @_karafka_consumers.values.last unless BuiltConsumer.built?(described)
          described&.topic&.name
        end

        def _karafka_consumer_described?
          described_class.is_a?(Class) && described_class < ::Karafka::BaseConsumer
        end
      end
    end
  end
end

# So that `karafka_broker: true` is all an example needs.
require "karafka/testing/rspec/broker_examples" if defined?(RSpec) && RSpec.respond_to?(:configure)
