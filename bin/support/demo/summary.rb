# frozen_string_literal: true

require_relative "table"

module Demo
  # The count at the end.
  class Summary
    # @param orders [Orders] stopped
    # @param receipts [Receipts]
    # @param seconds [Float]
    def initialize(orders, receipts, seconds)
      @orders = orders
      @receipts = receipts
      @seconds = seconds
      @lost = receipts.lost(0...orders.acknowledged)
      @gaps = receipts.partitions.values.sum(&:gaps)
    end

    # @return [Boolean] each order came exactly once, and as it was sent
    def fine?
      @orders.error.nil? && @orders.acknowledged.positive? && @lost.zero? && @receipts.doubled.zero? &&
        @gaps.zero? && @orders.checksum == @receipts.checksum && @orders.acknowledged == @receipts.total
    end

    # @return [Boolean] there was no order, and no error either
    def nothing?
      @orders.error.nil? && @orders.acknowledged.zero? && @receipts.total.zero?
    end

    def to_s
      [
        "", *figures.map { |name, value| format("  %-22<name>s %<value>16s", name:, value:) },
        "", verdict
      ].join("\n")
    end

    private

    def figures
      {
        "produced" => Table.number(@orders.acknowledged),
        "consumed" => Table.number(@receipts.total),
        "lost" => Table.number(@lost),
        "came twice" => Table.number(@receipts.doubled),
        "gaps in offsets" => Table.number(@gaps),
        "checksum produced" => @orders.checksum.to_s(16),
        "checksum consumed" => @receipts.checksum.to_s(16),
        "seconds" => format("%.1f", @seconds),
        "orders/s" => Table.number((@receipts.total / @seconds).round)
      }
    end

    def verdict
      return "Producing failed: #{@orders.error.class}: #{@orders.error.message}" if @orders.error
      return "Every order came exactly once and unchanged." if fine?
      return "Nothing was produced." if nothing?

      "SOMETHING IS WRONG: see the figures above."
    end
  end
end
