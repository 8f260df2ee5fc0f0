# frozen_string_literal: true

module Karafka
  module Processing
    module Jobs
      # Nothing of the partition was at work for the topic's interval.
      class Periodic < BesideRuns
        self.action = :tick
      end
    end
  end
end
