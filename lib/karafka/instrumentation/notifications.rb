# frozen_string_literal: true

module Karafka
  module Instrumentation
    # The bus of the app. Producers have buses of their own.
    class Notifications < Core::Monitoring::Notifications
      # All events of the framework. `app.initializing` and some others are known, so that listeners
      # may name them, and never published.
      EVENTS = %w[
        active_job.consume
        active_job.consumed
        app.before_warmup
        app.initialized
        app.initializing
        app.quiet
        app.quieting
        app.running
        app.stopped
        app.stopping
        app.supervising
        app.terminated
        client.events_poll
        client.pause
        client.reset
        client.resume
        connection.listener.after_fetch_loop
        connection.listener.before_fetch_loop
        connection.listener.fetch_loop
        connection.listener.fetch_loop.received
        connection.listener.pending
        connection.listener.quiet
        connection.listener.quieting
        connection.listener.running
        connection.listener.starting
        connection.listener.stopped
        connection.listener.stopping
        consumer.before_schedule_consume
        consumer.before_schedule_eofed
        consumer.before_schedule_idle
        consumer.before_schedule_revoked
        consumer.before_schedule_shutdown
        consumer.before_schedule_tick
        consumer.consume
        consumer.consumed
        consumer.consuming.pause
        consumer.consuming.retry
        consumer.consuming.seek
        consumer.consuming.transaction
        consumer.eof
        consumer.eofed
        consumer.idle
        consumer.initialize
        consumer.initialized
        consumer.revoke
        consumer.revoked
        consumer.shutdown
        consumer.shutting_down
        consumer.tick
        consumer.ticked
        consumer.wrap
        consumer.wrapped
        dead_letter_queue.dispatched
        error.occurred
        filtering.seek
        filtering.throttled
        oauthbearer.token_refresh
        process.notice_signal
        rebalance.partitions_assign
        rebalance.partitions_assigned
        rebalance.partitions_revoke
        rebalance.partitions_revoked
        statistics.emitted
        swarm.manager.after_fork
        swarm.manager.before_fork
        swarm.manager.control
        swarm.manager.stopping
        swarm.manager.terminating
        swarm.node.after_fork
        worker.completed
        worker.process
        worker.processed
        worker.scaling.down
        worker.scaling.up
      ].freeze

      def initialize
        super
        EVENTS.each { |event_id| register_event(event_id) }
      end
    end
  end
end
