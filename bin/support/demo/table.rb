# frozen_string_literal: true

module Demo
  # Rows of figures under a headline, right-aligned.
  module Table
    def self.of(headline, rows)
      texts = [headline, *rows.map { |row| row.map { |cell| number(cell) } }]
      widths = texts.transpose.map { |column| column.map(&:length).max }
      texts.map { |row| "  #{row.zip(widths).map { |cell, width| cell.rjust(width) }.join("   ")}" }
    end

    # @return [String] with commas between the thousands; other values as text
    def self.number(value)
      return value.to_s unless value.is_a?(Integer)

      value.to_s.reverse.scan(/\d{1,3}-?/).join(",").reverse
    end
  end
end
