# frozen_string_literal: true

require_relative "../clock"

module Demo
  module Lanes
    # What one act told, kept so that lost, doubled and reordered payments show. Written by the thread that
    # reads, read by the one that shows.
    class Books
      # A note that is among so many last ones is not repeated.
      RECENT = 4
      private_constant :RECENT

      # One lane: payments made, the last one's offset, what it is at, and the customer whom it paid last.
      Lane = Struct.new(:paid, :offset, :now, :key)

      # @return [Integer, nil] next offset of the group, as it was read last
      attr_accessor :committed
      # @return [Float, nil] when the last payment was made or given up, on the monotonic clock
      attr_reader :moved_at
      # @return [Float] seconds from failures to the next run
      attr_reader :waited
      # @return [Integer] payments that were not what was sent, or came after a later one of their customer
      attr_reader :changed, :overtaken

      # @param payments [Payments]
      def initialize(payments)
        @payments = payments
        @lock = Mutex.new
        @paid = Hash.new(0)
        @letters = Hash.new(0)
        @lanes = {}
        @last = {}
        @notes = []
        @changed = @overtaken = 0
        @waited = 0.0
      end

      # @param event [Hash{Symbol => Object}]
      def write(event)
        @lock.synchronize { __send__(:"#{event.fetch(:event)}!", event) }
      end

      # @return [Hash{Integer => Integer}] how often each offset was paid, and how often given up
      def paid = @lock.synchronize { @paid.dup }
      def letters = @lock.synchronize { @letters.dup }

      # @return [Hash{Integer => Lane}] a copy
      def lanes
        @lock.synchronize { @lanes.transform_values(&:dup).sort.to_h }
      end

      # @return [Array<String>] what was unusual, in order
      def notes = @lock.synchronize { @notes.dup }

      # @return [Boolean] each payment was made or given up
      def complete?
        @lock.synchronize { @paid.size + @letters.size >= @payments.sent.size }
      end

      # @return [Float] from the first run to the last payment
      def seconds
        @moved_at ? @moved_at - @started_at : 0.0
      end

      private

      def run!(event)
        @started_at ||= Demo.now
        @waited += Demo.now - @idle_since if @idle_since
        @idle_since = nil
        @failed = false if event[:collapsed]
        lane(event).now = event[:collapsed] ? "works alone" : "works"
      end

      def rest!(event)
        lane(event).now = "waits"
        idle
      end

      # After a failure nothing is done until the other lanes have ended and the back-off is over.
      def idle
        @idle_since = Demo.now if @failed && @lanes.each_value.none? { |lane| lane.now.start_with?("works") }
      end

      def paid!(event)
        offset = event[:offset]
        check(event, @payments.sent[offset])
        @moved_at = Demo.now
        @paid[offset] += 1
        row = lane(event)
        row.paid += 1
        row.offset = offset
        row.key = event[:key]
      end

      def check(event, sent)
        @changed += 1 unless sent && sent.key == event[:key] && sent.crc == event[:crc]
        @overtaken += 1 if event[:offset] < @last.fetch(event[:key], -1)
        @last[event[:key]] = event[:offset]
      end

      def letter!(event)
        @moved_at = Demo.now
        @letters[event[:offset]] += 1
        @notes << "Offset #{event[:offset]} went to the dead letters."
      end

      def error!(event)
        return told("#{event[:type]}: #{event[:text]}") unless event[:lane]

        @failed = true
        lane(event).now = "failed"
        idle
        @notes << "Lane #{event[:lane]} failed: #{event[:text]}."
      end

      # A connection that fails says so again and again, and in several lines.
      def told(text)
        note = text.split("\n").map(&:strip).join(": ")
        @notes << note unless @notes.last(RECENT).include?(note)
      end

      def lane(event)
        @lanes[event[:lane]] ||= Lane.new(0, nil, "waits", nil)
      end
    end
  end
end
