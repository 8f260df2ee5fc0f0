# frozen_string_literal: true

require "delegate"

module Karafka
  module Setup
    # What the setup block gets: the settings themselves, plus a `producer` that can be given a
    # block, as the producer exists only after setup.
    class Dsl < SimpleDelegator
      NOT_GIVEN = Object.new.freeze
      private_constant :NOT_GIVEN

      # @return [Proc, nil] to be called with the producer's settings; the last one wins
      attr_reader :producer_block

      # @overload producer
      #   @return [WaterDrop::Producer, nil]
      # @overload producer(instance)
      #   @param instance [WaterDrop::Producer, nil] to use instead of the default one
      # @overload producer(&block)
      #   @yieldparam producer_config [Core::Configurable::Node] complete, defaults included
      def producer(instance = NOT_GIVEN, &block)
        @producer_block = block if block
        __getobj__.producer = instance unless instance.equal?(NOT_GIVEN)
        __getobj__.producer
      end

      Routing::Later::SETTINGS.each do |setting|
        define_method(setting) { Routing::Later.refuse_setting(setting) }
      end
    end
  end
end
