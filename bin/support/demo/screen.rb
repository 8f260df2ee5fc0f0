# frozen_string_literal: true

require_relative "clock"
require_relative "canvas"
require_relative "table"

module Demo
  # Shows progress: redraws in place on a terminal, prints a line a second elsewhere.
  class Screen
    # @param orders [Orders]
    # @param receipts [Receipts]
    # @param out [IO]
    def initialize(orders, receipts, out = $stdout)
      @orders = orders
      @receipts = receipts
      @canvas = Canvas.new(out)
      @started_at = Demo.now
      @samples = [[@started_at, 0]]
    end

    # @return [Float] seconds until the next picture
    def interval
      @canvas.interval
    end

    # Shows how things are.
    def show
      rate = sample
      @canvas.terminal? ? @canvas.redraw(picture(rate)) : @canvas.puts(line(rate))
    end

    private

    def picture(rate)
      totals = [@orders.acknowledged, @receipts.total, @orders.acknowledged - @receipts.total, rate]
      [
        *Table.of(%w[produced consumed behind orders/s], [totals]),
        "",
        *Table.of(%w[partition consumed next-offset behind], partitions)
      ]
    end

    def partitions
      ends = @orders.ends
      @receipts.partitions.map do |number, row|
        [number, row.orders, row.next_offset, behind(ends[number], row)]
      end
    end

    def line(rate)
      places = @receipts.partitions.map { |number, row| "#{number}:#{Table.number(row.next_offset)}" }
      format(
        "%<at>6.1f s   produced %<produced>11s   consumed %<consumed>11s   " \
        "%<rate>9s orders/s   at %<places>s",
        at: Demo.now - @started_at, produced: Table.number(@orders.acknowledged),
        consumed: Table.number(@receipts.total), rate: Table.number(rate), places: places.join("  ")
      )
    end

    # The consumer may see an order before its acknowledgement is read.
    def behind(finish, row)
      [finish.to_i - row.next_offset, 0].max
    end

    # Orders a second over the last second or so.
    def sample
      @samples << [Demo.now, @receipts.total]
      @samples.shift while @samples.size > 2 && @samples.last[0] - @samples[1][0] >= 1.0
      (from, before), (to, after) = @samples.values_at(0, -1)
      to > from ? ((after - before) / (to - from)).round : 0
    end
  end
end
