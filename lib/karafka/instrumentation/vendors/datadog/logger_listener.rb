# frozen_string_literal: true

require "forwardable"

module Karafka
  module Instrumentation
    module Vendors
      module Datadog
        # Traces each job and logs its start and end within the trace.
        #
        #   listener = LoggerListener.new { |config| config.client = Datadog::Tracing }
        #   Karafka.monitor.subscribe(listener)
        class LoggerListener
          include Core::Configurable
          extend Forwardable

          TRACE = "karafka.consumer"
          private_constant :TRACE

          # Answers `trace(name, **options)`, `active_span` and `log_correlation`.
          setting :client
          # Nil for the one that the tracer finds.
          setting :service_name, default: nil

          def_delegators :config, :client, :service_name

          # @yieldparam config [Core::Configurable::Node]
          def initialize(&block)
            setup(&block) if block
          end

          # @yieldparam config [Core::Configurable::Node]
          def setup(&block)
            configure(&block)
          end

          # @param event [Core::Monitoring::Event]
          def on_worker_process(event)
            job = event[:job]
            span = client.trace(TRACE, **{ service: service_name }.compact)
            span.resource = "#{job.executor.topic.consumer}##{job.class.action}"
            push_tags
            info("#{line(job)} started")
            pop_tags
          end

          # @param event [Core::Monitoring::Event]
          def on_worker_processed(event)
            push_tags
            info("#{line(event[:job])} finished in #{event[:time].round(2)} ms")
            client.active_span&.finish
            pop_tags
          end

          # @param event [Core::Monitoring::Event]
          def on_error_occurred(event)
            push_tags
            client.active_span&.set_error(event[:error])
            fatal = %w[worker.process.error runner.call.error swarm.supervisor.error].include?(event[:type])
            public_send(fatal ? :fatal : :error, Instrumentation::LoggerListener::ErrorText.new(event).to_s)
            pop_tags
          end

          %i[info error fatal].each do |level|
            define_method(level) { |*args| Karafka.logger.public_send(level, *args) }
          end

          # Marks log lines with the trace, where the logger has tags.
          def push_tags
            return unless tags?

            Karafka.logger.push_tags(client.log_correlation)
          end

          # Takes the mark off.
          def pop_tags
            Karafka.logger.pop_tags if tags?
          end

          private

          def tags?
            Karafka.logger.respond_to?(:push_tags)
          end

          def line(job)
            executor = job.executor
            type = job.class.to_s.split("::").last
            topic = executor.topic
            "[#{job.id}] #{type} job for #{topic.consumer} on #{topic.name}-#{executor.partition}"
          end
        end
      end
    end
  end
end
