# frozen_string_literal: true

module Karafka
  module Testing
    # Lets the client say that the partition was lost. A connection tells the engine, which consumers ask;
    # consumers under test have none, and suites stub what their client answers.
    module ClientOwnership
      private

      # @return [Boolean] a loss stays
      def revoked?
        return true if super
        return false unless client.assignment_lost?

        coordinator.revoke
        true
      end
    end
  end
end
