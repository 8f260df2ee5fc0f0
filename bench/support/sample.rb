# frozen_string_literal: true

module Bench
  # Repeated measurements of one figure.
  class Sample
    def initialize(values)
      @values = values.sort
    end

    # @return [Float] the middle one
    def median = @values[@values.size / 2]

    # @param digits [Integer]
    # @return [String] the median, and from where to where the measurements went
    def to_s(digits = 0)
      middle, first, last = [median, @values.first, @values.last].map { |value| Sample.format(value, digits) }
      @values.size == 1 ? middle : "#{middle} (#{first}-#{last})"
    end

    # @return [String] with separators of thousands
    def self.format(number, digits)
      whole, fraction = number.round(digits).to_s.split(".")
      whole = whole.reverse.scan(/\d{1,3}/).join(",").reverse
      digits.zero? ? whole : "#{whole}.#{fraction.to_s.ljust(digits, "0")}"
    end
  end
end
