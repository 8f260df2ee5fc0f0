# frozen_string_literal: true

module Karafka
  class Cli
    class Doctor < Base
      # What was found, and what to do about it.
      #
      # `level` is `:must`, `:deprecated`, `:differs` or `:fine`; `area` says where (`bundle`, `app`,
      # `topic orders`); `blocking` that nothing behind it can be looked at.
      Finding = Struct.new(:level, :area, :text, :advice, :blocking, keyword_init: true) do
        # @return [Boolean] the app does not run as it should before this is done
        def must?
          level == :must
        end
      end
    end
  end
end
