# frozen_string_literal: true

module Karafka
  module Processing
    # Units of work for the workers' pool. A job's class name says what it does.
    module Jobs
      autoload :Base, "karafka/processing/jobs/base"
      autoload :BesideRuns, "karafka/processing/jobs/beside_runs"
      autoload :Consume, "karafka/processing/jobs/consume"
      autoload :Eofed, "karafka/processing/jobs/eofed"
      autoload :Idle, "karafka/processing/jobs/idle"
      autoload :Periodic, "karafka/processing/jobs/periodic"
      autoload :Revoked, "karafka/processing/jobs/revoked"
      autoload :Shutdown, "karafka/processing/jobs/shutdown"
    end
  end
end
