# frozen_string_literal: true

module Karafka
  module Instrumentation
    class LoggerListener
      # Lines about jobs, workers and what consumers decide.
      module ProcessingLines
        # @param event [Core::Monitoring::Event]
        def on_worker_process(event)
          info("#{job_line(event[:job])} started")
        end

        # @param event [Core::Monitoring::Event]
        def on_worker_processed(event)
          info("#{job_line(event[:job])} finished in #{milliseconds(event[:time])} ms")
        end

        # @param event [Core::Monitoring::Event]
        def on_worker_scaling_up(event)
          info("Scaling workers up from #{event[:from]} to #{event[:to]}")
        end

        # @param event [Core::Monitoring::Event]
        def on_worker_scaling_down(event)
          info("Scaling workers down from #{event[:from]} to #{event[:to]}")
        end

        # @param event [Core::Monitoring::Event]
        def on_consumer_consuming_retry(event)
          consumer = event[:caller]
          info(
            "[#{consumer.id}] Retrying of #{consumer.class} after #{event[:timeout]} ms " \
            "on #{event[:topic]}-#{event[:partition]} from offset #{event[:offset]}"
          )
        end

        # @param event [Core::Monitoring::Event]
        def on_consumer_consuming_seek(event)
          consumer = event[:caller]
          info(
            "[#{consumer.id}] Seeking from #{consumer.class} " \
            "on #{event[:topic]}-#{event[:partition]} to offset #{event[:message].offset}"
          )
        end

        # @param event [Core::Monitoring::Event]
        def on_dead_letter_queue_dispatched(event)
          consumer = event[:caller]
          info(
            "[#{consumer.id}] Dispatched message #{event[:message].offset} from " \
            "#{consumer.topic.name}-#{consumer.partition} to DLQ topic: " \
            "#{consumer.topic.dead_letter_queue.topic}"
          )
        end

        # @param event [Core::Monitoring::Event]
        def on_filtering_throttled(event)
          log_filtering(event, "Throttled and will resume from message")
        end

        # @param event [Core::Monitoring::Event]
        def on_filtering_seek(event)
          log_filtering(event, "Post-filtering seeking to message")
        end

        private

        def job_line(job)
          executor = job.executor
          type = job.class.to_s.split("::").last
          topic = executor.topic
          "[#{job.id}] #{type} job for #{topic.consumer} on #{topic.name}-#{executor.partition}"
        end

        def log_filtering(event, action)
          consumer = event[:caller]
          place = "#{consumer.topic.name}-#{consumer.partition}"
          info("[#{consumer.id}] #{action} #{event[:message].offset} on #{place}")
        end
      end
    end
  end
end
