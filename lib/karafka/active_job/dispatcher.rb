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
        send_one(job, options, message_of(job, options))
      end

      # Every job becomes a message before the first one is sent: one that cannot be written stops all.
      # Jobs for later wait in the topic that their class names for that; without one they are sent at once,
      # with a warning.
      #
      # @param jobs [Array<::ActiveJob::Base>] one call of the producer for all that share producer and
      #   `dispatch_many_method`
      # @raise (see #dispatch_at)
      def dispatch_many(jobs)
        warn_of_early(jobs)
        batches(jobs).each do |producer, method, members|
          producer.public_send(method, members.map(&:last))
          members.each { |job, _| enqueued(job) }
        end
      end

      # @param job [::ActiveJob::Base]
      # @param timestamp [Time, Float] when to run it; what is not in the future is dispatched at once, the
      #   rest waits in the topic that the class names for that
      # @return (see #dispatch)
      # @raise [NotImplementedError] it is in the future, and the class names no topic
      # @raise (see #dispatch)
      # @raise [WaterDrop::Errors::MessageInvalidError] the topic is none of `scheduled_messages`
      def dispatch_at(job, timestamp)
        epoch = due(timestamp)
        return dispatch(job) unless epoch

        options = options_of(job.class)
        refuse_for_later(job.class) unless options[:scheduled_messages_topic]
        send_one(job, options, scheduled(message_of(job, options), epoch, options))
      end

      # @return [Deserializer] that of the configuration
      def deserializer
        App.config.internal.active_job.deserializer
      end

      private

      def send_one(job, options, message)
        producer_for(job, options).public_send(options[:dispatch_method], message)
      end

      # @return [Integer, nil] whole seconds, never too early; nil for what is due
      def due(timestamp)
        seconds = timestamp.to_f
        seconds.ceil if seconds > Time.now.to_f
      end

      def scheduled(message, epoch, options)
        ScheduledMessages.schedule(message:, epoch:,
                                   envelope: { topic: options[:scheduled_messages_topic].to_s })
      end

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
          message = message_of(job, options)
          epoch = due(scheduled_at(job)) if options[:scheduled_messages_topic]
          message = scheduled(message, epoch, options) if epoch
          [producer_for(job, options), options[:dispatch_many_method], [job, message]]
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
        early = jobs.select { |job| due(scheduled_at(job)) }.map(&:class).uniq
        early.reject { |job_class| options_of(job_class)[:scheduled_messages_topic] }.each do |job_class|
          Karafka.logger.warn(
            "#{job_class}: jobs enqueued in bulk are sent at once, though their `scheduled_at` is in the " \
            "future; `karafka_options(scheduled_messages_topic: ...)` lets them wait"
          )
        end
      end

      def refuse_for_later(job_class)
        raise NotImplementedError,
              "#{job_class} was enqueued for later. Name a topic of `scheduled_messages` in its " \
              "`karafka_options(scheduled_messages_topic: ...)`. To run it again at once instead, use " \
              "`self.resume_options = { wait: 0 }` for a continuation, or `retry_on X, wait: 0, jitter: 0`."
      end
    end
  end
end
