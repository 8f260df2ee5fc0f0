# frozen_string_literal: true

module Specs
  # A process under test. Its output is read as it comes, so that a spec can wait for a line.
  class Child
    attr_reader :pid

    # @param command [Array<String>]
    # @param env [Hash{String => String, nil}]
    # @param chdir [String]
    def initialize(command, env:, chdir:)
      @lines = []
      @lock = Mutex.new
      @changed = ConditionVariable.new
      input, @input = IO.pipe
      output, writer = IO.pipe
      @pid = Process.spawn(env, *command, chdir:, pgroup: true, in: input, %i[out err] => writer)
      [input, writer].each(&:close)
      @reader = Thread.new { follow(output) }
      @waiter = Process.detach(@pid)
    end

    # @return [Array<String>] the lines that came so far
    def lines = @lock.synchronize { @lines.dup }

    def output = lines.join("\n")

    # Waits for a line, among those that came already too.
    #
    # @param pattern [Regexp, String]
    # @param after [Integer] how many lines to pass over, as `lines.size` said before
    # @return [String, MatchData] the line, or the match when the pattern is a Regexp
    # @raise [RuntimeError] when time is over or the process ended without it
    def await_line(pattern, within: 30, after: 0)
      found = await(within:) { search(pattern, after) }
      return found if found

      raise "no line like #{pattern.inspect} #{@closed ? "before the end" : "within #{within} s"}:\n#{output}"
    end

    # Waits until the block, called after each line, answers something true.
    #
    # @yieldparam lines [Array<String>]
    # @return [Object, nil] what it answered, nil when time is over or the process ended
    def await(within: 30)
      deadline = Specs.now + within
      @lock.synchronize do
        loop do
          answer = yield(@lines)
          left = deadline - Specs.now
          return answer if answer || left <= 0 || @closed

          @changed.wait(@lock, left)
        end
      end
    end

    # @param name [String] e.g. "TERM", "STOP", "CONT"
    # @raise [Errno::ESRCH] it has ended: its id may be another's by now, a broker's for instance
    def signal(name) = ended? ? raise(Errno::ESRCH) : Process.kill(name, pid)

    # Kills the process and everything it started, unless it has ended (see {#signal}).
    def kill
      return if ended?

      Process.kill("KILL", -pid)
      @waiter.join
    rescue Errno::ESRCH
      nil
    end

    # Writes a line to the standard input of the process.
    def say(text) = @input.puts(text)

    def ended? = !@waiter.alive?

    # Waits for the end of the process and of its output.
    #
    # @return [Process::Status]
    # @raise [RuntimeError] when time is over
    def wait(within: 30)
      @waiter.join(within) || raise("process #{pid} did not end within #{within} s:\n#{output}")
      @reader.join(1)
      @waiter.value
    end

    # @return [Integer, nil] exit code, nil when a signal ended it
    def exit_status(within: 30) = wait(within:).exitstatus

    # Frees what the spec holds.
    def close
      kill
      @input.close
    end

    private

    def search(pattern, after)
      @lines.drop(after).each do |line|
        found = pattern.is_a?(Regexp) ? line.match(pattern) : (line if line.include?(pattern))
        return found if found
      end
      nil
    end

    def follow(output)
      output.each_line(chomp: true) { |line| add(line.force_encoding(Encoding::UTF_8).scrub) }
    ensure
      @lock.synchronize do
        @closed = true
        @changed.broadcast
      end
      output.close
    end

    def add(line)
      @lock.synchronize do
        @lines << line
        @changed.broadcast
      end
    end
  end
end
