# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `long_running_job true`: while the topic's jobs run, their partition is held and polling goes on,
      # so a job may take longer than `max.poll.interval.ms`.
      module LongRunningJob
        KEY = :long_running_job

        Config = Struct.new(:active, keyword_init: true) do
          alias_method :active?, :active
        end

        OFF = Config.new(active: false).freeze

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          required(:long_running_job, :active) { |active| Contracts::Expected.boolean(active) }
        end
      end
    end

    # DSL of `long_running_job`.
    class Topic
      # @param active [Boolean] the first call with a value wins
      # @return [Features::LongRunningJob::Config]
      def long_running_job(active = NOT_GIVEN)
        return @long_running_job || Features::LongRunningJob::OFF if active.equal?(NOT_GIVEN)

        @long_running_job ||= Features::LongRunningJob::Config.new(active:).freeze
      end
      alias non_blocking_job long_running_job
      alias non_blocking long_running_job

      # @return [Boolean]
      def long_running_job?
        long_running_job.active?
      end
      alias non_blocking_job? long_running_job?
      alias non_blocking? long_running_job?
    end
  end
end
