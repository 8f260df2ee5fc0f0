# frozen_string_literal: true

require "stringio"
require_relative "../../../bin/support/demo/canvas"

RSpec.describe "The canvas of bin/demo" do
  def terminal(columns)
    StringIO.new.tap do |out|
      out.define_singleton_method(:tty?) { true }
      out.define_singleton_method(:winsize) { [24, columns] }
    end
  end

  it "draws over the picture before, no wider than the terminal" do
    out = terminal(5)
    canvas = Demo::Canvas.new(out)
    canvas.redraw(%w[1234567 ab])
    out.truncate(out.rewind)
    canvas.redraw(%w[x])
    expect(out.string).to eq("\e[2A\e[2Kx\n\e[J")
  end

  it "cuts lines, which would go on below" do
    out = terminal(5)
    Demo::Canvas.new(out).redraw(%w[1234567])
    expect(out.string).to eq("\e[2K12345\n\e[J")
  end

  it "takes a usual width where the terminal tells none, and is none elsewhere" do
    out = terminal(0)
    Demo::Canvas.new(out).redraw(["-" * 100])
    expect(out.string.count("-")).to eq(80)
    expect(Demo::Canvas.new(StringIO.new)).not_to be_terminal
  end
end
