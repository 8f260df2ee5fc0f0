# frozen_string_literal: true

module Karafka
  module Processing
    # Assignments of one connection that were given away while long-running jobs of theirs, or ticks beside
    # them, run on. Listener thread.
    class Leaving
      def initialize
        clear
      end

      # @param coordinator [ConsumerGroups::Coordinator, nil] of a partition that was given away
      def add(coordinator)
        @coordinators[place(coordinator)] = coordinator if coordinator&.state&.running?
      end

      # @param coordinator [ConsumerGroups::Coordinator] of the assignment that followed
      # @return [Boolean] a job of an earlier one is still at work
      def left?(coordinator)
        return false if @coordinators.empty?

        earlier = @coordinators[place(coordinator)]
        return true if earlier&.state&.running?

        @coordinators.delete(place(coordinator))
        false
      end

      # Forgets all of them.
      def clear
        @coordinators = {}
      end

      private

      def place(coordinator)
        [coordinator.topic.name, coordinator.partition]
      end
    end
  end
end
