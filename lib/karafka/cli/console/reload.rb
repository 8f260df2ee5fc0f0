# frozen_string_literal: true

require "karafka"

# `reload!` of a console: starts it anew, in the same terminal.
module Kernel
  private

  def reload!
    exec(Karafka::Cli::Console.console)
  end
end
