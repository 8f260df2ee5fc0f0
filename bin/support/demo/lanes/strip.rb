# frozen_string_literal: true

module Demo
  module Lanes
    # The partition from its first to its last offset in one line; a mark stands for several offsets.
    class Strip
      MARKS = 60
      LEGEND = "# committed   + paid, not committed yet   x given up   . to do"
      private_constant :MARKS

      # @param size [Integer] offsets of the partition
      def initialize(size)
        @marks = [MARKS, size].min
        @size = size
      end

      # @param committed [Integer, nil] the next offset of the group
      # @param paid [Hash{Integer => Integer}]
      # @param letters [Hash{Integer => Integer}]
      # @return [String]
      def draw(committed, paid, letters)
        marks = Array.new(@marks) do |place|
          offsets = (place * @size / @marks)...((place + 1) * @size / @marks)
          mark(offsets, committed.to_i, paid, letters)
        end
        "[#{marks.join}]"
      end

      private

      def mark(offsets, committed, paid, letters)
        return "x" if offsets.any? { |offset| letters.key?(offset) }
        return "#" if offsets.end <= committed

        offsets.all? { |offset| offset < committed || paid.key?(offset) } ? "+" : "."
      end
    end
  end
end
