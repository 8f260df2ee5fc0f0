# frozen_string_literal: true

require_relative "../clock"
require_relative "../table"
require_relative "strip"

module Demo
  module Lanes
    # One act as it happens.
    class Screen
      # Notes that a picture shows.
      NOTES = 4
      private_constant :NOTES

      # @param title [String]
      # @param payments [Payments]
      # @param books [Books]
      # @param canvas [Canvas]
      def initialize(title, payments, books, canvas)
        @title = title
        @all = payments.sent.size
        @books = books
        @canvas = canvas
        @strip = Strip.new(@all)
        @noted = 0
        @started_at = @shown_at = Demo.now
      end

      # @return [Boolean] it is time to show how things are
      def due?
        Demo.now - @shown_at >= @canvas.interval
      end

      # Shows how things are.
      def show
        @shown_at = Demo.now
        @canvas.terminal? ? @canvas.redraw(picture) : lines.each { |line| @canvas.puts(line) }
      end

      private

      def picture
        paid = @books.paid
        letters = @books.letters
        [
          "", "#{@title}: #{progress(paid.size)}", "",
          "  #{@strip.draw(@books.committed, paid, letters)}", "   #{Strip::LEGEND}", "",
          *table, "",
          *@books.notes.last(NOTES).map { |note| "  #{note}" }
        ]
      end

      def table
        lanes = @books.lanes
        rows = lanes.map { |number, lane| [number, lane.paid, lane.offset || "-"] }
        headline, *texts = Table.of(%w[lane paid offset], rows)
        ["#{headline}   now", *texts.zip(lanes.values).map { |text, lane| "#{text}   #{at_work(lane)}" }]
      end

      def at_work(lane)
        lane.key ? "#{lane.now.ljust(11)}  last: #{lane.key}" : lane.now
      end

      # What happened since the last time, then how far it is.
      def lines
        notes = @books.notes
        fresh = notes.drop(@noted).map { |note| "#{" " * 20}#{note}" }
        @noted = notes.size
        shares = @books.lanes.map { |number, lane| "   #{number}:#{Table.number(lane.paid)}" }
        [*fresh, format("%<title>-8s %<at>6.1f s   %<progress>s%<shares>s",
                        title: @title, at: Demo.now - @started_at,
                        progress: progress(@books.paid.size), shares: shares.join)]
      end

      def progress(paid)
        format("paid %<paid>6s of %<all>s   %<rate>5s a second   committed offset %<committed>6s",
               paid: Table.number(paid), all: Table.number(@all), rate: Table.number(rate(paid)),
               committed: @books.committed ? Table.number(@books.committed) : "-")
      end

      def rate(paid)
        @books.seconds.positive? ? (paid / @books.seconds).round : 0
      end
    end
  end
end
