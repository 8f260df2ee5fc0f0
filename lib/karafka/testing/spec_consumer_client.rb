# frozen_string_literal: true

require "karafka/testing"

module Karafka
  # See testing.rb.
  module Testing
    # The connection of a consumer under test: whatever it is asked for succeeds.
    class SpecConsumerClient
      %i[
        mark_as_consumed mark_as_consumed! commit_offsets commit_offsets! seek pause hold resume
        consumer_group_metadata_pointer
      ].each { |name| define_method(name) { |*, **| true } }

      # @return [false] partitions of examples stay assigned
      def assignment_lost?
        false
      end

      # Where a pause at a Time or a Symbol leads to, which only a broker knows.
      #
      # @return [Object] the place that was asked for
      def resolve(_topic, _partition, offset)
        offset
      end
    end
  end
end
