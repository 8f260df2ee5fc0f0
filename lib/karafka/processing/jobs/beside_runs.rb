# frozen_string_literal: true

module Karafka
  module Processing
    module Jobs
      # A job that is no run of a batch. The engine counts those that have not ended, as no tick begins beside
      # one of them.
      class BesideRuns < Base
        # (see Base#before_schedule)
        def before_schedule
          @executor.coordinator.state.begin_job(self.class.action)
          super
        end

        # (see Base#finish!)
        def finish!
          super
          @executor.coordinator.state.end_job(self.class.action)
        end
      end
    end
  end
end
