# frozen_string_literal: true

require "karafka"

module ActiveJob
  module QueueAdapters
    # Queues are topics: `queue_adapter = :karafka`. How a class's jobs are sent is up to its
    # `karafka_options`; `provider_job_id` stays nil.
    class KarafkaAdapter < ::Karafka::ActiveJob.adapter_superclass
      # @param job [ActiveJob::Base]
      # @return [Object] what the producer answered
      # @raise (see Karafka::ActiveJob::Dispatcher#dispatch)
      def enqueue(job)
        dispatcher.dispatch(job)
      end

      # @param job [ActiveJob::Base]
      # @param timestamp [Time, Float] when to run it
      # @return (see #enqueue)
      # @raise (see Karafka::ActiveJob::Dispatcher#dispatch_at)
      def enqueue_at(job, timestamp)
        dispatcher.dispatch_at(job, timestamp)
      end

      # For `perform_all_later`. Jobs for later are sent at once, with a warning, unless their class
      # names a topic of scheduled messages.
      #
      # @param jobs [Array<ActiveJob::Base>]
      # @return [Integer] how many there were
      # @raise (see Karafka::ActiveJob::Dispatcher#dispatch_many)
      def enqueue_all(jobs)
        dispatcher.dispatch_many(jobs) unless jobs.empty?
        jobs.size
      end

      # @return [true] a job of a transaction that is rolled back is not sent
      def enqueue_after_transaction_commit?
        true
      end

      # @return [Boolean] long jobs should come to a resumable end: this process takes no new work
      def stopping?
        ::Karafka::App.done?
      end

      # @return [Karafka::ActiveJob::Dispatcher] that of the configuration
      def dispatcher
        ::Karafka::App.config.internal.active_job.dispatcher
      end
    end
  end
end
