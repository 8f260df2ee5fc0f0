# frozen_string_literal: true

module Karafka
  module Core
    # Mix-ins of the public API.
    module Helpers
      autoload :Time, "karafka/core/helpers/time"
    end
  end
end
