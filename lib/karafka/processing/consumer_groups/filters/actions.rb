# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      module Filters
        # What a filter may want to become of the reader after a run.
        module Actions
          ALL = %i[skip pause seek].freeze

          class << self
            # @return [Symbol] nothing: reading goes on behind the batch
            def skip = :skip

            # @return [Symbol] reading goes on at the cursor, after a rest
            def pause = :pause

            # @return [Symbol] reading goes on at the cursor at once
            def seek = :seek
          end
        end
      end
    end
  end
end
