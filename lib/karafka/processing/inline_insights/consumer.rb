# frozen_string_literal: true

module Karafka
  module Processing
    module InlineInsights
      # What consumers of a topic with insights can ask. Others do not have these methods.
      module Consumer
        NOTHING = {}.freeze
        private_constant :NOTHING

        # The newest statistics of this consumer's partition. What was there once stays until it is
        # replaced, so two reads in one run never lose it.
        #
        # @return [Hash{String => Object}] librdkafka's keys, numeric ones also with `_d` (change)
        #   and `_fd` (milliseconds without change); frozen and empty while there are none
        def insights
          @karafka_insights = InlineInsights::Tracker.find(topic, partition) || @karafka_insights || NOTHING
        end

        # @return [Boolean] are there any
        def insights?
          !insights.empty?
        end

        alias statistics insights
        alias statistics? insights?
        alias inline_insights insights
        alias inline_insights? insights?
      end
    end
  end
end
