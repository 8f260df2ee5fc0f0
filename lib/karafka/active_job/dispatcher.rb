# frozen_string_literal: true

module Karafka
  module ActiveJob
    # Turns jobs into messages: the queue is the topic, the serialized job the payload. No headers; a
    # key or partition only from the job class's partitioner. Called on the thread that enqueues.
    class Dispatcher
      # What a class does not say with `karafka_options`.
      DEFAULTS = {
        dispatch_method: :produce_async,
        dispatch_many_method: :produce_many_async,
        partition_key_type: :key,
        partitioner: nil,
        producer: ->(_job) { ::Karafka.producer }
      }.freeze
      private_constant :DEFAULTS

      # @param job [::ActiveJob::Base]
      # @return [Object] what the producer answered: a handle, or a report of `:produce_sync`
      # @raise [::ActiveJob::SerializationError] an argument cannot be written
      # @raise [WaterDrop::Errors::BaseError] the producer refused the message or, when it waits, could
      #   not deliver it
      def dispatch(job)
        options = options_of(job.class)
        producer_for(job, options).public_send(options[:dispatch_method], message_of(job, options))
      end

      # Every job becomes a message before the first one is sent: one that cannot be written stops all.
      # Jobs for later are sent at once, with a warning.
      #
      # @param jobs [Array<::ActiveJob::Base>] one call of the producer for all that share producer and
      #   `dispatch_many_method`
      # @raise (see #dispatch)
      # @raise [NotImplementedError] one is for later, and its class names a topic for that
      def dispatch_many(jobs)
        now = Time.now.to_f
        warn_of_early(jobs.select { |job| scheduled_at(job) > now })
        batches(jobs).each do |producer, method, members|
          producer.public_send(method, members.map(&:last))
          members.each { |job, _| enqueued(job) }
        end
      end

      # @param job [::ActiveJob::Base]
      # @param timestamp [Time, Float] when to run it; what is not in the future is dispatched at once
      # @return (see #dispatch)
      # @raise [NotImplementedError] it is in the future
      def dispatch_at(job, timestamp)
        return dispatch(job) if timestamp.to_f <= Time.now.to_f

        refuse_for_later(job.class, options_of(job.class)[:scheduled_messages_topic])
      end

      # @return [Deserializer] that of the configuration
      def deserializer
        App.config.internal.active_job.deserializer
      end

      private

      # @return [String] payload of the message
      def serialize_job(job)
        deserializer.serialize(CurrentAttributes.carry(job))
      end

      # Classes that were not extended have no options of their own.
      def options_of(job_class)
        job_class.respond_to?(:karafka_options) ? DEFAULTS.merge(job_class.karafka_options) : DEFAULTS
      end

      def message_of(job, options)
        { topic: job.queue_name, payload: serialize_job(job), **place(job, options) }
      end

      # @return [Hash] message attribute that the partitioner decides, if it decides
      def place(job, options)
        value = options[:partitioner]&.call(job)
        return {} if value.nil?

        type = options[:partition_key_type]
        { type => type == :partition ? value : value.to_s }
      end

      def producer_for(job, options)
        options[:producer].call(job) || raise(
          Errors::InvalidConfigurationError,
          "no producer for #{job.class}: call Karafka::App.setup before it is enqueued, or let the " \
          "`producer` of its karafka_options answer one"
        )
      end

      # Grouped by identity: a variant of a producer says that it equals the producer.
      def batches(jobs)
        rows = jobs.map do |job|
          options = options_of(job.class)
          [producer_for(job, options), options[:dispatch_many_method], [job, message_of(job, options)]]
        end
        rows.group_by { |producer, method, _| [producer.__id__, method] }.values.map do |group|
          [*group.first.first(2), group.map(&:last)]
        end
      end

      # Active Job has this since 7.1, for `perform_all_later`.
      def enqueued(job)
        job.successfully_enqueued = true if job.respond_to?(:successfully_enqueued=)
      end

      def scheduled_at(job)
        job.respond_to?(:scheduled_at) ? job.scheduled_at.to_f : 0.0
      end

      def warn_of_early(jobs)
        jobs.map(&:class).uniq.each do |job_class|
          topic = options_of(job_class)[:scheduled_messages_topic]
          refuse_for_later(job_class, topic) if topic

          Karafka.logger.warn(
            "#{job_class}: jobs enqueued in bulk are sent at once, though their `scheduled_at` is in the " \
            "future"
          )
        end
      end

      def refuse_for_later(job_class, topic)
        through = "`karafka_options(scheduled_messages_topic: #{topic ? topic.to_s.inspect : "..."})`"
        raise NotImplementedError,
              "#{job_class} was enqueued for later. That goes through #{through}, which this version " \
              "cannot send to yet. To run it again at once, use `self.resume_options = { wait: 0 }` for a " \
              "continuation, or `retry_on X, wait: 0, jitter: 0`."
      end
    end
  end
end
