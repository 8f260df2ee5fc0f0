# frozen_string_literal: true

module Karafka
  module Testing
    class LiveApp
      # What happens while the app runs. Events arrive on its threads; reading is for any.
      class Trace
        # An error that was told, how often, and where.
        Told = Struct.new(:type, :error, :place, :count)

        def initialize
          @coordinators = {}
          @errors = {}
          @mutex = Mutex.new
          @on_error = ->(event) { told(event) }
          @on_consume = ->(event) { consumed(event[:caller]) }
          Karafka.monitor.subscribe("error.occurred", &@on_error)
          Karafka.monitor.subscribe("consumer.consume", &@on_consume)
        end

        # Listens no longer.
        def close
          [@on_error, @on_consume].each { |listener| Karafka.monitor.unsubscribe(listener) }
        end

        # @return [Array<Told>] in the order of their first time
        def errors
          @mutex.synchronize { @errors.values }
        end

        # @return [Array<Processing::ConsumerGroups::Coordinator>] of partitions that were consumed
        def coordinators
          @mutex.synchronize { @coordinators.values }
        end

        # @return [Array<Processing::Jobs::Base>] queued and at work
        def jobs
          Server.jobs_queue ? Server.jobs_queue.in_processing.values.flatten : []
        end

        private

        def consumed(consumer)
          coordinator = consumer.coordinator
          place = [coordinator.topic.id, coordinator.partition]
          @mutex.synchronize { @coordinators[place] = coordinator }
        end

        def told(event)
          place = place_of(event.payload[:caller])
          key = [event[:type], event[:error].class, event[:error].message, place]
          @mutex.synchronize do
            @errors[key] ||= Told.new(event[:type], event[:error], place, 0)
            @errors[key].count += 1
          end
        end

        def place_of(caller)
          return unless caller.is_a?(BaseConsumer)

          "#{caller.topic.name}/#{caller.partition}"
        end
      end
    end
  end
end
