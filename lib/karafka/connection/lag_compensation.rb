# frozen_string_literal: true

module Karafka
  module Connection
    # Keeps the lag of paused partitions alive: what is not fetched has frozen end offsets, so they are
    # asked for and laid over the statistics. Off unless `lag_compensation.interval` is above 0.
    #
    # Held values stay after a resume until the live ones have caught up; a rebalance drops them all.
    # Threads: told about pauses by any thread, overlays on the listener thread, asks the cluster on a
    # thread of its own, one question at a time, so that polling never waits for an answer.
    class LagCompensation
      include Core::Helpers::Time

      # librdkafka's "time" for the end of a partition.
      LATEST = -1
      # End of a partition as it was asked for last.
      Held = Struct.new(:end_offset, :resumed)
      private_constant :LATEST, :Held

      # @param client [Client] for reports
      # @param settings [Core::Configurable::Node] `interval` and `pause_age`, ms
      def initialize(client, settings = App.config.internal.statistics.consumer_groups.lag_compensation)
        @client = client
        @interval = settings.interval
        @pause_age = settings.pause_age
        @mutex = Mutex.new
        @paused = {}
        @held = {}
        @asked_at = -Float::INFINITY
      end

      # A partition is held from now on, or still.
      #
      # @param topic [String]
      # @param partition [Integer]
      def paused(topic, partition)
        return unless enabled?

        @mutex.synchronize { @paused[[topic, partition]] ||= monotonic_now }
      end

      # It is fetched again.
      #
      # @param topic [String]
      # @param partition [Integer]
      def resumed(topic, partition)
        return unless enabled?

        @mutex.synchronize do
          @paused.delete([topic, partition])
          @held[[topic, partition]]&.resumed = true
        end
      end

      # Partitions came or went. What stays stays paused, but is asked for anew.
      #
      # @param revoked [Hash{String => Array<Integer>}]
      def rebalanced(revoked)
        @mutex.synchronize do
          @held.clear
          revoked.each { |topic, partitions| partitions.each { |one| @paused.delete([topic, one]) } }
          @asked_at = -Float::INFINITY
        end
      end

      # The client is a new one: nothing is paused there.
      def reset
        @mutex.synchronize do
          @paused.clear
          @held.clear
        end
      end

      # Lays held values over the figures, in place; asks for new ones when it is time.
      #
      # @param connection [Native::Connection]
      # @param statistics [Hash{String => Object}] not decorated yet
      # @return [Hash{String => Object}] the same
      def call(connection, statistics)
        return statistics unless enabled?

        ask(connection)
        @mutex.synchronize do
          @held.delete_if { |place, held| caught_up?(held, overlay(statistics, place, held)) }
        end
        statistics
      end

      private

      def enabled?
        @interval.positive?
      end

      # @return [Integer, nil] the live end offset; nil when the partition is not among the figures
      def overlay(statistics, place, held)
        topic, partition = place
        figures = statistics.dig("topics", topic, "partitions", partition.to_s)
        return unless figures

        live = figures["ls_offset"]
        { "hi_offset" => nil, "ls_offset" => nil, "consumer_lag" => "committed_offset",
          "consumer_lag_stored" => "stored_offset" }.each do |key, position|
          raise_to(figures, key, held.end_offset, position && figures[position])
        end
        live
      end

      # Figures never go back; a lag whose position is unknown stays unknown.
      def raise_to(figures, key, end_offset, position)
        return if position&.negative?

        figures[key] = [figures.fetch(key, 0), end_offset - position.to_i].max
      end

      def caught_up?(held, live)
        held.resumed && live && live >= held.end_offset
      end

      def ask(connection)
        now = monotonic_now
        return if now - @asked_at < @interval || @asking&.alive?

        asked = @mutex.synchronize { @paused.select { |_, since| now - since >= @pause_age }.keys }
        return if asked.empty?

        @asked_at = now
        @asking = Thread.new { refresh(connection, asked) }
        @asking.name = "karafka.lag_compensation"
      end

      def refresh(connection, asked)
        timeout = App.config.internal.connection.proxy.lag.timeout
        rows = connection.offsets_for_times(asked.map { |place| [*place, LATEST] }, timeout)
        failed = rows.filter_map { |row| row[4] }.first
        raise failed if failed

        @mutex.synchronize { rows.each { |topic, partition, offset| hold([topic, partition], offset) } }
      rescue StandardError => e
        Karafka.monitor.instrument(
          "error.occurred", caller: @client, error: e, type: "lag_compensation.refresher.error"
        )
      end

      # Resumed, or lost, while the answer was on its way: it says nothing any more.
      def hold(place, offset)
        @held[place] = Held.new(offset, false) if offset && @paused.key?(place)
      end
    end
  end
end
