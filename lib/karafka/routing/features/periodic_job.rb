# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `periodic true`, `periodic(interval: 1_000)`: `Consumer#tick` runs each time nothing of a partition
      # was at work for that long, without data too.
      module PeriodicJob
        KEY = :periodic_job
        # ms without work, unless told.
        INTERVAL = 5_000

        # `interval` in ms. `during_pause`: also while the partition is paused; `during_retry`: also after an
        # error, until a run succeeds.
        Config = Struct.new(:active, :interval, :during_pause, :during_retry, keyword_init: true) do
          alias_method :active?, :active
          alias_method :during_pause?, :during_pause
          alias_method :during_retry?, :during_retry
        end

        OFF = Config.new(active: false, interval: INTERVAL, during_pause: false, during_retry: false).freeze

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          required(:periodic_job, :interval) { |interval| Contracts::Expected.integer(interval, least: 1) }

          %i[active during_pause during_retry].each do |flag|
            required(:periodic_job, flag) { |value| Contracts::Expected.boolean(value) }
          end
        end
      end
    end

    # DSL of `periodic`.
    class Topic
      # Without any argument, what is set. The first call with one wins.
      #
      # @param active [Boolean] options alone say true
      # @param interval [Integer] ms without work, at least 1
      # @param during_pause [Boolean, nil] nil: true, but false with {#long_running_job}
      # @param during_retry [Boolean, nil] nil: false. Retries rest, and rests are pauses
      # @return [Features::PeriodicJob::Config]
      def periodic(active = NOT_GIVEN, interval: NOT_GIVEN, during_pause: nil, during_retry: nil)
        nothing = [active, interval].all?(NOT_GIVEN) && during_pause.nil? && during_retry.nil?
        return periodic_job_config if nothing

        @periodic_job ||= Features::PeriodicJob::Config.new(
          active: active.equal?(NOT_GIVEN) || active,
          interval: interval.equal?(NOT_GIVEN) ? Features::PeriodicJob::INTERVAL : interval,
          during_pause:, during_retry: during_retry.nil? ? false : during_retry
        ).freeze
        periodic_job_config
      end
      alias periodic_job periodic

      # @return [Boolean]
      def periodic_job?
        @periodic_job ? @periodic_job.active? : false
      end
      alias periodic? periodic_job?

      private

      # Whether jobs are long-running may be said later.
      def periodic_job_config
        return Features::PeriodicJob::OFF unless @periodic_job
        return @periodic_job unless @periodic_job.during_pause.nil?

        Features::PeriodicJob::Config.new(**@periodic_job.to_h, during_pause: !long_running_job?).freeze
      end
    end
  end
end
