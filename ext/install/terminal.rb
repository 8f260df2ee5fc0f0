# frozen_string_literal: true

module Install
  # Speaks to the person who waits. RubyGems captures what a build prints, so the words go to the
  # terminal itself where there is one, else to where the build prints.
  class Terminal
    def initialize
      @tty = open_tty
      @last = nil
    end

    # A line that stays.
    def say(text)
      wipe
      (@tty || $stdout).puts(text)
    end

    # A line that the next one replaces; without a terminal only changes of `step` are printed.
    def progress(step, text)
      if @tty
        @tty.print("\r\e[K#{text}"[0, 110])
      elsif step != @last
        $stdout.puts(text)
      end
      @last = step
    end

    # The same, without a line left half written.
    def wipe = @tty&.print("\r\e[K")

    private

    def open_tty
      tty = File.open("/dev/tty", "w")
      tty.sync = true
      tty
    rescue SystemCallError
      nil
    end
  end
end
