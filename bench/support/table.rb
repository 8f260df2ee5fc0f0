# frozen_string_literal: true

module Bench
  # Rows of text as an aligned Markdown table.
  class Table
    # @param head [Array<String>]
    def initialize(*head)
      @rows = [head]
    end

    def <<(row) = @rows << row

    def to_s
      widths = @rows.transpose.map { |column| column.map(&:size).max }
      head, *rows = @rows.map { |row| line(row, widths) }
      rule = widths.each_with_index.map { |width, index| index.zero? ? "-" * width : "#{"-" * (width - 1)}:" }
      [head, "| #{rule.join(" | ")} |", *rows].join("\n")
    end

    private

    # The first column is text, the others are numbers.
    def line(row, widths)
      cells = row.zip(widths).each_with_index.map do |(text, width), index|
        index.zero? ? text.ljust(width) : text.rjust(width)
      end
      "| #{cells.join(" | ")} |"
    end
  end
end
