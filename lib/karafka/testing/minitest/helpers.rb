# frozen_string_literal: true

require "karafka/testing/minitest"

module Karafka
  module Testing
    module Minitest
      # Include it into test classes that use `@karafka`. `@consumer` is the consumer that was built last.
      # Works with plain Minitest, its specs, and ActiveSupport's test cases.
      module Helpers
        include Example

        class << self
          # ActiveSupport runs its `setup` blocks early, so ours has to be one of them.
          #
          # @param base [Class, Module]
          def included(base)
            super
            return if !base.respond_to?(:setup) || base.method(:setup).arity.zero?

            base.setup { _karafka_prepare }
          end
        end

        # Before `setup`, so that a test case's own one finds `@karafka`, whether it calls `super` or not.
        def before_setup
          super
          _karafka_prepare
        end

        # Gives the producer its own client back.
        def after_teardown
          ProducerStub.restore(@_karafka_swapped) if @_karafka_swapped
          @_karafka_swapped = nil
          super
        end

        # (see Example#_karafka_consumer_for)
        def _karafka_consumer_for(*)
          @consumer = super
        end

        # @return [Array<Messages::Message>] live and alterable: what the consumers' batches are made of
        def _karafka_consumer_messages
          @_karafka_consumer_messages ||= []
        end

        private

        def _karafka_prepare
          return if @karafka

          Testing.ensure_karafka_initialized!
          @karafka = Proxy.new(self)
          @_karafka_consumer_client = SpecConsumerClient.new
          @_karafka_producer_client = SpecProducerClient.new(self)
          _karafka_start
          _karafka_stub_producer(::Karafka.producer)
        end

        attr_reader :_karafka_consumer_client, :_karafka_producer_client

        def _karafka_stub_producer(producer)
          return producer.stubs(:client).returns(_karafka_producer_client) if producer.respond_to?(:stubs)

          @_karafka_swapped = producer
          ProducerStub.swap(producer, _karafka_producer_client)
        end

        def _karafka_named_consumers
          [@consumer]
        end

        def _karafka_default_topic
          @consumer&.topic&.name
        end
      end
    end
  end
end
