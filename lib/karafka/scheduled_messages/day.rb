# frozen_string_literal: true

require "set"

module Karafka
  module ScheduledMessages
    # What is due before the end of a UTC day, by key. Later days are counted only, so that memory holds one
    # day however much is scheduled. Belongs to the consumer of one partition.
    class Day
      SECONDS = 86_400
      private_constant :SECONDS

      # @param now [Integer] seconds since 1970
      def initialize(now = Time.now.to_i)
        @first = now - (now % SECONDS)
        @ends = @first + SECONDS
        @records = {}
        @later = Hash.new(0)
        # Keys of what was dispatched, their tombstones still on the way.
        @leaving = Set.new
        # Scheduled for a later day while their key's tombstone was on the way: key => record.
        @returning = {}
        # Came between a dispatch and its tombstone, which takes them away: key => record.
        @orphans = {}
      end

      # @param now [Integer] seconds since 1970
      # @return [Boolean] the rest has to be read again, for the next day
      def over?(now = Time.now.to_i)
        now >= @ends
      end

      # @param record [Record] in the order of offsets; what is neither schedule nor tombstone changes nothing
      def take(record)
        if record.schedule?
          forget(record.key)
          schedule(record)
        elsif record.tombstone?
          bury(record)
        end
      end

      # @param limit [Integer]
      # @param without [Enumerable<Record>] what was refused in this pass
      # @param now [Integer] seconds since 1970
      # @return [Array<Record>] what is due, the earliest first
      def due(limit, without: [], now: Time.now.to_i)
        found = @records.each_value.select { |record| record.epoch <= now }
        (found - without).min_by(limit) { |record| [record.epoch, record.offset] }
      end

      # @param record [Record] that has been sent
      def dispatched(record)
        @records.delete(record.key)
        @leaving << record.key
      end

      # Hands over what a tombstone took away by mistake.
      #
      # @return [Array<Record>] to be written once more
      def orphans
        @orphans.values
      end

      # They have been written once more.
      def orphans_saved
        @orphans.clear
      end

      # Messages per UTC day. Those of later days were never compared with cancellations or newer versions.
      #
      # @return [Hash{String => Integer}]
      def counts
        { date(@first) => @records.size, **@later.sort.to_h.transform_keys { |day| date(day) } }
      end

      private

      def forget(key)
        @records.delete(key)
        @returning.delete(key)
        @orphans.delete(key)
      end

      def schedule(record)
        if record.epoch < @ends
          @records[record.key] = record.detach
        else
          @later[record.epoch - (record.epoch % SECONDS)] += 1
          @returning[record.key] = record.detach if @leaving.include?(record.key)
        end
      end

      # A cancellation takes away everything, a tombstone after a dispatch what was dispatched.
      def bury(tombstone)
        key = tombstone.key
        dispatched = tombstone.source_offset
        @leaving.delete(key)
        newer = @records[key] || @returning[key] || @orphans[key]
        forget(key)
        @orphans[key] = newer if newer && dispatched && newer.offset > dispatched
      end

      def date(seconds)
        Time.at(seconds).utc.strftime("%F")
      end
    end
  end
end
