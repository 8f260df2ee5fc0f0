# frozen_string_literal: true

module Karafka
  class Cli
    class Topics
      # Creates, widens and aligns: afterwards the cluster has what is declared.
      class Migrate < Base
        # @return [Boolean] something changed
        def call
          created = Create.new.call
          settle if created
          widened = Repartition.new.call
          settle if widened
          aligned = Align.new.call
          created || widened || aligned
        end
      end
    end
  end
end
