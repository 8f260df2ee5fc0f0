# frozen_string_literal: true

module Karafka
  module Routing
    # Splits topics of a group into connections and numbers those, process-wide. Positions are part
    # of static member ids: filters of a process never move them.
    class SubscriptionGroupsBuilder
      def initialize
        @position = 0
        @numbering = Mutex.new
      end

      # @param topics [Topics] all of one consumer group
      # @param first_position [Integer, nil] where the group started when it was built before
      # @return [Array<SubscriptionGroup>] in the order in which their first topics were drawn
      def call(topics, first_position: nil)
        @numbering.synchronize do
          first = first_position || @position
          groups = topics.group_by(&:connection_key).values.each_with_index.map do |members, index|
            SubscriptionGroup.new(first + index, members)
          end
          @position = [@position, first + groups.size].max
          groups
        end
      end
    end
  end
end
