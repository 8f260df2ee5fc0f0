# frozen_string_literal: true

module Karafka
  module Processing
    module Jobs
      # The process stops.
      class Shutdown < Base
        self.action = :shutdown
      end
    end
  end
end
