# frozen_string_literal: true

module Karafka
  module Processing
    module Jobs
      # Housekeeping of a batch of which nothing is left for the user.
      class Idle < Base
        self.action = :idle
      end
    end
  end
end
