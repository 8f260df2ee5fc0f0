# frozen_string_literal: true

require_relative "../table"

module Demo
  module Lanes
    # The count at the end, an act a column.
    class Summary
      # @param accounts [Array<Account>]
      # @param stopped [Boolean] somebody did not want to see the end
      def initialize(accounts, stopped: false)
        @accounts = accounts
        @stopped = stopped
      end

      # @return [Boolean] nothing was lost, doubled, changed or overtaken, and only who watches ended it early
      def fine?
        @accounts.all?(&:fine?) && (@stopped || @accounts.all?(&:complete?))
      end

      def to_s
        return "\nStopped before the first payment." if @accounts.empty?

        ["", *table, "", *verdict].join("\n")
      end

      private

      def table
        titles = @accounts.map { |account| account.lanes == 1 ? "1 lane" : "#{account.lanes} lanes" }
        rows = figures.map { |name, read| [name, *@accounts.map { |account| cell(read.call(account)) }] }
        [["", *titles], *rows].map do |name, *cells|
          "  #{name.ljust(24)}#{cells.map { |one| one.rjust(14) }.join}"
        end
      end

      def figures
        {
          "payments sent" => :sent, "paid" => :paid, "in the dead letters" => :letters, "lost" => :lost,
          "paid twice" => :twice, "changed" => ->(account) { account.books.changed },
          "overtook their customer" => ->(account) { account.books.overtaken },
          "committed offset" => :committed, "left to do" => :left, "of these paid already" => :again,
          "seconds" => ->(account) { account.books.seconds },
          "waiting after failures" => ->(account) { account.books.waited },
          "payments a second" => ->(account) { rate(account) }
        }.transform_values(&:to_proc)
      end

      def cell(value)
        return "not known" if value.nil?

        value.is_a?(Float) ? format("%.1f", value) : Table.number(value)
      end

      def rate(account)
        account.books.seconds.positive? ? (account.paid / account.books.seconds).round : 0
      end

      def verdict
        troubles = @accounts.filter_map(&:trouble)
        return troubles if troubles.any?
        return ["SOMETHING IS WRONG: see the figures above."] unless fine?
        return [early] unless @accounts.all?(&:complete?)

        ["Every payment was made exactly once and in its customer's order, but for one in the dead letters.",
         *gain]
      end

      def early
        "Stopped early. Nothing was lost or paid twice; the next start would go on at the committed offset."
      end

      def gain
        return [] if @accounts.size < 2

        seconds = @accounts.map { |account| account.books.seconds }
        bare = @accounts.map { |account| account.books.seconds - account.books.waited }
        [format("%<lanes>d lanes were %<whole>.1f times as fast as one, %<bare>.1f times without waits.",
                lanes: @accounts.last.lanes, whole: seconds.reduce(:/), bare: bare.reduce(:/))]
      end
    end
  end
end
