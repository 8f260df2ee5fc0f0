# frozen_string_literal: true

module Karafka
  module Testing
    # What examples call `karafka`: keeps the helpers' names out of the example's own.
    class Proxy
      # @param example [Example] the running example
      def initialize(example)
        @example = example
      end

      # @see Example#_karafka_consumer_for
      def consumer_for(*args)
        @example._karafka_consumer_for(*args)
      end

      # @see Example#_karafka_produce
      def produce(*args)
        @example._karafka_produce(*args)
      end

      # @see Example#_karafka_produce_to
      def produce_to(*args)
        @example._karafka_produce_to(*args)
      end

      # @see Example#_karafka_produced_messages
      def produced_messages
        @example._karafka_produced_messages
      end

      # @return [Array<Messages::Message>] live and alterable: what the consumers' batches are made of
      def consumer_messages
        @example._karafka_consumer_messages
      end
    end
  end
end
