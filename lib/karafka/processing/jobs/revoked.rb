# frozen_string_literal: true

module Karafka
  module Processing
    module Jobs
      # The partition was given away.
      class Revoked < Base
        self.action = :revoked
      end
    end
  end
end
