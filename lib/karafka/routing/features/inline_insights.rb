# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `inline_insights true`: consumers read statistics of their partition. With `required: true`
      # a partition is held until there are some.
      module InlineInsights
        KEY = :inline_insights

        Config = Struct.new(:active, :required, keyword_init: true) do
          alias_method :active?, :active
          alias_method :required?, :required
        end

        OFF = Config.new(active: false, required: false).freeze

        # Checks the values under {KEY}, and that required insights will ever arrive.
        class Contract < Karafka::Contracts::Base
          %i[active required].each do |option|
            required(:inline_insights, option) { |value| Contracts::Expected.boolean(value) }
          end

          virtual do |topic, errors|
            next if errors.any? || !topic.dig(:inline_insights, :required)
            next if topic[:kafka][:"statistics.interval.ms"].to_s != "0"

            [[%i[inline_insights required], "never ends waiting with `statistics.interval.ms` 0 in kafka"]]
          end
        end
      end
    end

    # DSL of `inline_insights`.
    class Topic
      # The first call with a value wins.
      #
      # @param active [Boolean]
      # @param required [Boolean] true implies active
      # @return [Features::InlineInsights::Config]
      def inline_insights(active = NOT_GIVEN, required: NOT_GIVEN)
        if active.equal?(NOT_GIVEN) && required.equal?(NOT_GIVEN)
          return @inline_insights || Features::InlineInsights::OFF
        end

        @inline_insights ||= begin
          required = false if required.equal?(NOT_GIVEN)
          active = false if active.equal?(NOT_GIVEN)
          Features::InlineInsights::Config.new(active: required == true || active, required:).freeze
        end
      end

      # @return [Boolean]
      def inline_insights?
        inline_insights.active?
      end
    end
  end
end
