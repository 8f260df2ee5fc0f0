# frozen_string_literal: true

module Karafka
  module Instrumentation
    module Vendors
      module Kubernetes
        # Says over HTTP whether this process still polls, still finishes what it started, and
        # still gets through its rebalances. For one process; nodes of a swarm report otherwise.
        #
        # A blocking job, and quiet mode, keep a listener from polling: `polling_ttl` must be above
        # the longest batch and the longest quiet phase. Without statistics there is no look at
        # rebalances.
        class LivenessListener < BaseListener
          # @param hostname [String, nil]
          # @param port [Integer]
          # @param consuming_ttl [Integer] ms that one consumer method may take
          # @param polling_ttl [Integer] ms between two polls of a connection
          # @param stability_ttl [Integer, nil] ms in one unsettled state of a group; nil for twice
          #   the largest `max.poll.interval.ms`
          def initialize(hostname: nil, port: 3_000, consuming_ttl: 300_000, polling_ttl: 300_000,
                         stability_ttl: nil)
            super(hostname:, port:)
            @consuming_ttl = consuming_ttl
            @polling_ttl = polling_ttl
            @stability_ttl = stability_ttl
            @mutex = Mutex.new
            @pollings = {}.compare_by_identity
            @consumptions = {}.compare_by_identity
            @join_states = JoinStates.new
            @unrecoverable = false
          end

          # @param _event [Core::Monitoring::Event]
          def on_app_running(_event)
            start
          end

          # @param _event [Core::Monitoring::Event]
          def on_app_stopped(_event)
            stop
          end

          # @param _event [Core::Monitoring::Event]
          def on_connection_listener_fetch_loop(_event)
            tick(@pollings)
          end

          # One connection of several went away; when the app itself stops, its listeners are
          # watched until they are done.
          %i[stopping stopped].each do |state|
            define_method(:"on_connection_listener_#{state}") do |_event|
              clear(@pollings) unless Karafka::App.done?
            end
          end

          # @param event [Core::Monitoring::Event]
          def on_connection_listener_after_fetch_loop(event)
            @mutex.synchronize { @join_states.forget(event[:subscription_group].id) }
          end

          # What starts, and what ends, a method of a consumer.
          { consume: :consumed, revoke: :revoked, shutting_down: :shutdown, tick: :ticked }
            .each do |starting, ended|
              define_method(:"on_consumer_#{starting}") { |_event| tick(@consumptions) }
              define_method(:"on_consumer_#{ended}") { |_event| clear(@consumptions) }
            end

          # What failed is no longer running. A fatal error of the client stays: only a new process
          # helps.
          #
          # @param event [Core::Monitoring::Event]
          def on_error_occurred(event)
            clear(@consumptions, @pollings)
            error = event[:error]
            return unless error.is_a?(Rdkafka::RdkafkaError) && error.fatal?

            @mutex.synchronize { @unrecoverable = error.code }
          end

          # @param event [Core::Monitoring::Event]
          def on_statistics_emitted(event)
            state = event[:statistics].dig("cgrp", "join_state")
            @mutex.synchronize do
              @join_states.seen(event[:subscription_group_id], state, monotonic_now)
            end
          end

          # Subclasses add conditions: `super && mine?`.
          #
          # @return [Boolean]
          def healthy?
            flags.values.none?
          end

          private

          # Within a reply both code and body read the flags which it began with.
          def reply
            Thread.current[:karafka_liveness_flags] = look
            super
          ensure
            Thread.current[:karafka_liveness_flags] = nil
          end

          def status_body
            super.merge(errors: flags)
          end

          def flags
            Thread.current[:karafka_liveness_flags] || look
          end

          def look
            limit = stability_ttl
            now = monotonic_now
            @mutex.synchronize do
              {
                polling_ttl_exceeded: late?(@pollings, @polling_ttl, now),
                consumption_ttl_exceeded: late?(@consumptions, @consuming_ttl, now),
                stability_ttl_exceeded: @join_states.stuck?(limit, now),
                unrecoverable: @unrecoverable
              }
            end
          end

          def late?(ticks, limit, now)
            ticks.any? { |_, since| now - since > limit }
          end

          def tick(ticks)
            @mutex.synchronize { ticks[Fiber.current] = monotonic_now }
          end

          def clear(*ticks)
            @mutex.synchronize { ticks.each { |one| one.delete(Fiber.current) } }
          end

          # Found when asked for first: routes are drawn after listeners are made.
          def stability_ttl
            @stability_ttl ||= 2 * max_poll_intervals.map(&:to_i).max
          end

          def max_poll_intervals
            groups = Karafka::App.subscription_groups.values.flatten
            settings = groups.empty? ? [Karafka::App.config.kafka] : groups.map(&:kafka)
            settings.map { |kafka| kafka.fetch(:"max.poll.interval.ms", 300_000) }
          end
        end
      end
    end
  end
end
