# frozen_string_literal: true

module Karafka
  module Processing
    module Schedulers
      # The longest job first, so that it does not run alone at the end of a batch; a job that runs is
      # never interrupted. Jobs without messages come before, in the order in which they were given.
      class Default < Base
        # What a message is taken to cost where nothing is known yet, ms: such jobs rank by their size.
        UNKNOWN = 1.0
        private_constant :UNKNOWN

        # (see Base#schedule_consumption)
        def schedule_consumption(jobs)
          jobs = longest_first(jobs) if jobs.size > 1
          jobs.each { |job| queue << job }
        end

        private

        # Of equal ones the first given stays the first.
        def longest_first(jobs)
          consuming, others = jobs.partition { |job| job.respond_to?(:messages) }
          others + consuming.each_with_index.sort_by { |job, index| [-cost(job), index] }.map(&:first)
        end

        # @return [Float] ms that the job is expected to take
        def cost(job)
          (job.executor.coordinator.durations.p95 || UNKNOWN) * job.messages.size
        end
      end
    end
  end
end
