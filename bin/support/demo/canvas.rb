# frozen_string_literal: true

require "io/console"

module Demo
  # Where a demo shows what happens: a terminal, on which a picture takes the place of the one before, or
  # anything else, which gets lines.
  class Canvas
    # Seconds between two pictures.
    EVERY = { true => 0.25, false => 1.0 }.freeze
    # Columns of a terminal that does not say.
    WIDTH = 80
    private_constant :EVERY, :WIDTH

    # @param out [IO]
    def initialize(out = $stdout)
      @out = out
      @terminal = out.tty?
      @lines = 0
    end

    def terminal? = @terminal

    # @return [Float] seconds until the next picture
    def interval
      EVERY.fetch(@terminal)
    end

    # @param lines [Array<String>] cut where the terminal ends: a line that goes on below would count twice
    def redraw(lines)
      @out.print("\e[#{@lines}A") if @lines.positive?
      @out.print(lines.map { |text| "\e[2K#{text[0, width]}\n" }.join)
      @out.print("\e[J")
      @lines = lines.size
    end

    # @param line [String] stays
    def puts(line)
      @out.puts(line)
    end

    private

    def width
      columns = @out.winsize.last
      columns.positive? ? columns : WIDTH
    rescue SystemCallError
      WIDTH
    end
  end
end
