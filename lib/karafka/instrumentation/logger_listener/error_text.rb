# frozen_string_literal: true

module Karafka
  module Instrumentation
    class LoggerListener
      # What one `error.occurred` reads like: a lead-in by type, the message, where it happened.
      class ErrorText
        LEADS = {
          "consumer.consume.error" => "Consumer consuming error:",
          "consumer.initialized.error" => "Consumer initialized error:",
          "consumer.wrap.error" => "Consumer wrap failed due to an error:",
          "consumer.idle.error" => "Consumer idle failed due to an error:",
          "consumer.revoked.error" => "Consumer on revoked failed due to an error:",
          "consumer.shutdown.error" => "Consumer on shutdown failed due to an error:",
          "consumer.tick.error" => "Consumer on tick failed due to an error:",
          "consumer.eofed.error" => "Consumer on eofed failed due to an error:",
          "consumer.after_consume.error" => "Consumer on after_consume failed due to an error:",
          "worker.process.error" => "Worker processing failed due to an error:",
          "connection.listener.fetch_loop.error" => "Listener fetch loop error:",
          "connection.client.poll.error" => "Data polling error occurred:",
          "librdkafka.error" => "librdkafka internal error occurred:",
          "callbacks.statistics.error" => "callbacks.statistics processing failed due to an error:",
          "callbacks.error.error" => "callbacks.error processing failed due to an error:",
          "runner.call.error" => "Runner crashed due to an error:",
          "swarm.supervisor.error" => "Swarm supervisor crashed due to an error:",
          "app.forceful_stopping.error" => "Forceful shutdown error occurred:"
        }.freeze
        private_constant :LEADS

        # @param event [Core::Monitoring::Event]
        # @raise [KeyError] no `type`, `error` or `caller`
        def initialize(event)
          @event = event
          @type = event[:type]
          @error = event[:error]
          @caller = event[:caller]
        end

        # @return [String] lead-in, message and details
        def to_s
          [lead, details].compact.join(" ")
        end

        # @return [Array<String>] the summary, then what was still active
        def forceful_stop
          listeners = @event[:active_listeners]
          workers = @event[:alive_workers]
          jobs = @event[:in_processing]

          [
            "Forceful Karafka server stop with: #{workers.size} active workers " \
            "and #{listeners.size} active listeners",
            *listeners.map { |one| "Listener #{one.id} of #{one.subscription_group.name} is still active" },
            *jobs.flat_map { |group_id, running| running.map { |job| job_line(job, group_id) } }
          ]
        end

        private

        def lead
          known = LEADS[@type]
          return "#{known} #{@error.message}" if known

          "#{@type} error occurred: #{@error.class} - #{@error.message}"
        end

        def job_line(job, group_id)
          type = job.class.to_s.split("::").last
          place = "#{job.executor.topic.name}/#{job.executor.partition}"
          "#{type} job on #{place} of #{group_id} is still running"
        end

        def details
          found = place_of_caller
          "[#{found.map { |label, value| "#{label}: #{value}" }.join(", ")}]" unless found.empty?
        end

        # Asked by what the caller answers: custom callers may be anything, or nil.
        def place_of_caller
          return place_of_consumer if consumer?
          return groups(@caller.subscription_group) if @caller.respond_to?(:subscription_group)

          {}
        end

        # A consumer that was not built yet has no coordinator to know its topic from.
        def consumer?
          @caller.respond_to?(:messages) && @caller.respond_to?(:coordinator) && @caller.coordinator
        end

        def place_of_consumer
          batch = @caller.messages&.metadata
          topic = @caller.topic
          {
            **groups(topic.subscription_group),
            topic: topic.name,
            partition: @caller.partition,
            first_offset: batch&.first_offset,
            last_offset: batch&.last_offset
          }
        end

        def groups(subscription_group)
          { consumer_group: subscription_group&.group_id, subscription_group: subscription_group&.id }
        end
      end
    end
  end
end
