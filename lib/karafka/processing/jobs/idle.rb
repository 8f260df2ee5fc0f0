# frozen_string_literal: true

module Karafka
  module Processing
    module Jobs
      # Housekeeping of a batch of which nothing is left for the user.
      class Idle < Base
        self.action = :idle

        # What filters want to follow.
        def after_call
          @concluded = true
          @executor.after_idle
        end

        # Filters are asked also where a wrapper did not yield: what they took out must come again.
        def finish!
          super
          after_call unless @concluded
        end
      end
    end
  end
end
