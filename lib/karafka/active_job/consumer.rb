# frozen_string_literal: true

module Karafka
  module ActiveJob
    # Runs the jobs of a topic in their order, each marked when it succeeded: what a crash, a stop or a
    # lost partition leaves is what was not marked. A job that fails stops its batch, and is where the
    # retry begins.
    class Consumer < ::Karafka::BaseConsumer
      # Runs the jobs of the batch that it may still run.
      def consume
        messages.each do |message|
          break if halted?

          consume_job(message)
          mark_as_consumed(message)
          # Key and headers stay readable for what comes after the batch.
          message.clean!(metadata: false)
        end
      end

      # @return [Deserializer] that of the configuration
      def deserializer
        App.config.internal.active_job.deserializer
      end

      private

      # A quiet process ends the batches that it has. Lanes of virtual partitions end theirs even
      # when the process stops, as their marks only count together.
      def halted?
        revoked? || (App.stopping? && !topic.virtual_partitions?)
      end

      # Runs one job. Whatever it raises is an error of the message.
      #
      # @param message [Messages::Message]
      def consume_job(message)
        with_deserialized_job(message) do |job|
          tags.add(:job_class, job["job_class"])
          payload = { caller: self, job:, message: }
          monitor.instrument("active_job.consume", payload)
          monitor.instrument("active_job.consumed", payload) { ::ActiveJob::Base.execute(job) }
        end
      end

      # @param message [Messages::Message]
      # @yieldparam job [Hash{String => Object}] what the job serialized
      # @raise [JSON::ParserError, TypeError, Errors::UnsupportedCaseError] the payload is no job
      def with_deserialized_job(message)
        job = deserializer.deserialize(message)
        raise Errors::UnsupportedCaseError, no_job(message) unless job.is_a?(Hash) && job["job_class"]

        CurrentAttributes.restored(job) { yield(job) }
      end

      def no_job(message)
        "the message at #{message.topic}/#{message.partition}, offset #{message.offset} is no job: its " \
          "JSON is no object with a `job_class`"
      end
    end
  end
end
