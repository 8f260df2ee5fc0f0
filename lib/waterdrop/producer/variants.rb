# frozen_string_literal: true

module WaterDrop
  class Producer
    # Settings of their own for some dispatches over the same connection.
    module Variants
      # @param max_wait_timeout [Numeric] milliseconds that a synchronous dispatch waits
      # @param topic_config [Hash{Symbol => Object}] librdkafka settings of the topic
      # @param default [Boolean]
      # @return [Variant] has the producer's whole API
      # @raise [Errors::ProducerNotConfiguredError, Errors::ProducerClosedError]
      # @raise [Errors::VariantInvalidError]
      def with(**settings)
        ensure_active!
        Variant.new(self, **settings).tap(&:validate!)
      end
      alias variant with

      # @return [Variant] that of the call under way in this fiber, else the default one
      def current_variant
        variants = Thread.current[:waterdrop_variants]
        (variants && variants[self]) || @default_variant
      end

      # Runs the block under a variant; a nested one is undone at its end.
      #
      # @api private
      def with_variant(variant)
        variants = (Thread.current[:waterdrop_variants] ||= {}.compare_by_identity)
        outer = variants[self]
        variants[self] = variant
        yield
      ensure
        outer ? variants[self] = outer : variants.delete(self)
        Thread.current[:waterdrop_variants] = nil if variants.empty?
      end
    end
  end
end
