# frozen_string_literal: true

module Karafka
  module Processing
    module Jobs
      # The end of a partition was reached without new messages.
      class Eofed < BesideRuns
        self.action = :eofed
      end
    end
  end
end
