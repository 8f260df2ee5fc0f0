# frozen_string_literal: true

module Karafka
  class Admin
    class Recovery
      # What recovery raises by itself.
      module Errors
        # The cluster does not show what is needed.
        class MetadataError < Karafka::Errors::BaseError; end
      end
    end
  end
end
