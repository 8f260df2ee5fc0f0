# frozen_string_literal: true

# Loaded before threads start: Ruby 3.1 crashes when a thread is killed while it autoloads.
%w[day dispatcher envelope errors record states].each { |name| require "karafka/scheduled_messages/#{name}" }

module Karafka
  module ScheduledMessages
    # Reads the records of one partition from the beginning, at its start and at each midnight (UTC), then
    # sends what is due, at every `interval`. Uses the public API only.
    class Consumer < BaseConsumer
      include Core::Helpers::Time

      # New records, and those of the reading from the beginning.
      def consume
        return begin_loading if stale?

        messages.each { |message| take(message) }
        if @loading
          loaded if messages.last.offset >= @last || eofed?
        elsif monotonic_now - @dispatched_at >= topic.periodic_job.interval
          # Where records never cease nothing ticks.
          dispatch
        end
      end

      # The whole log was read, though it may end with what no consumer sees.
      def eofed
        loaded if @loading
      end

      # Also without any record.
      def tick
        return begin_loading if stale?

        dispatch unless @loading
      end

      # The next owner begins anew.
      def shutdown
        @states&.tell("stopped")
      end

      # @return [WaterDrop::Producer]
      def producer
        ScheduledMessages.producer
      end

      private

      def stale?
        @day.nil? || @day.over?
      end

      # Nothing may be sent until everything was read: a cancellation may lie ahead. The new day is there once
      # the reader stands at the beginning; what fails before is tried again.
      def begin_loading
        unless @states
          @states = States.new(self)
          @states.tell("fresh")
          @dispatcher = Dispatcher.new
        end
        @states.tell("loading")
        low, high = client.query_watermark_offsets(topic.name, partition)
        seek(:earliest) if low < high
        @day = Day.new
        @last = high - 1
        @loading = true
        loaded if low >= high
      end

      def loaded
        @loading = false
        @states.tell("loaded")
        dispatch
      end

      # Marks follow the log's end, also while it is read again: commits never go back.
      def take(message)
        record = Record.new(message)
        problem = record.problem
        complain(message, problem) if problem
        @day.take(record)
        save_orphans unless @loading
        mark_as_consumed(message) if message.offset >= @last
      end

      def save_orphans
        orphans = @day.orphans
        return if orphans.empty?

        producer.produce_many_sync(orphans.map(&:again))
        @day.orphans_saved
      end

      def dispatch
        @dispatched_at = monotonic_now
        save_orphans
        @dispatcher.call(@day) { !revoked? && !App.stopping? }
        @states.tell_counts(@day.counts)
      end

      def complain(message, problem)
        Karafka.logger.warn(
          "#{message.topic}/#{message.partition}: the record at offset #{message.offset} #{problem}, so it " \
          "schedules nothing"
        )
      end
    end
  end
end
