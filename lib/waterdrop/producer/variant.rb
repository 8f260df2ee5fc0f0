# frozen_string_literal: true

require "delegate"

module WaterDrop
  class Producer
    # A producer with settings of its own for the calls made through it. Everything else, life cycle
    # included, is the producer's.
    class Variant < SimpleDelegator
      # Methods during which the variant is the current one.
      WRAPPED = %i[
        buffer buffer_many flush_async flush_sync
        produce_async produce_many_async produce_many_sync produce_sync
        tombstone_async tombstone_many_async tombstone_many_sync tombstone_sync
        transaction transaction? transaction_mark_as_consumed transactional? transactional_retryable?
      ].freeze
      private_constant :WRAPPED

      # @return [Hash{Symbol => Object}] librdkafka settings of the topic
      attr_reader :topic_config
      # @return [Producer]
      attr_reader :producer

      # @param producer [Producer]
      # @param max_wait_timeout [Numeric, nil] nil: the producer's setting, whenever it is read
      # @param topic_config [Hash{Symbol => Object}]
      # @param default [Boolean]
      def initialize(producer, max_wait_timeout: nil, topic_config: {}, default: false)
        @producer = producer
        @max_wait_timeout = max_wait_timeout
        @topic_config = topic_config
        @default = default
        super(producer)
      end

      # @return [Numeric] milliseconds
      def max_wait_timeout
        @max_wait_timeout || @producer.config.max_wait_timeout
      end

      # @return [Boolean] nothing differs from the producer
      def default?
        @default
      end

      # @raise [Errors::VariantInvalidError]
      def validate!
        Contracts::Variant.new.validate!(
          {
            default: @default, max_wait_timeout:, topic_config: @topic_config,
            idempotent: @producer.idempotent?, transactional: @producer.transactional?
          },
          Errors::VariantInvalidError
        )
      end

      WRAPPED.each do |name|
        define_method(name) do |*args, &block|
          @producer.with_variant(self) { @producer.public_send(name, *args, &block) }
        end
      end
    end
  end
end
